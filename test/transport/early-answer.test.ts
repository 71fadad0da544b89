import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { setImmediate } from 'node:timers/promises';
import { describe, expect, it, onTestFinished } from 'vitest';
import { hasLeftToWrite } from '../../src/transport/early-answer.js';
import type { Sendable } from '../../src/transport/send-outcome.js';
import { openFaultServer, type Script, type Step } from '../support/fault-server.js';
import {
  ACCEPT,
  fin,
  flood,
  hangUp,
  readHead,
  reply,
  send as wire,
} from '../support/fault-steps.js';
import { openRawServer } from '../support/raw-server.js';
import { until } from '../support/until.js';
import { connectTo, send } from './open-connection.js';

/** More than the buffers of the kernel hold. */
const LARGE: Sendable = { body: new Uint8Array(24 * 1_024 * 1_024), chunkCount: 1 };
const NEVER = new AbortController().signal;

describe.each(['tcp', 'unix'] as const)(
  'an answer at the head of a large request, over %s',
  (over) => {
    it('counts as accepted when the body is written, on a connection that is kept', async () => {
      let bodyBytes = 0;
      const readRest: Step = async ({ reader }) => {
        bodyBytes = (await reader.bytes(LARGE.body.length)).length;
      };
      const server = await openFaultServer({
        over,
        scripts: [[readHead, reply(200), readRest], ACCEPT],
      });
      const connection = connectTo(server.url);

      expect(await connection.send(LARGE, NEVER)).toMatchObject({ kind: 'accepted' });
      await until('the whole body', () => bodyBytes === LARGE.body.length);
      expect(await send(connection)).toMatchObject({ kind: 'accepted' });

      expect(server.accepted).toBe(1);
    });

    it.each(['Connection: close', 'Keep-Alive: timeout=1'])(
      'counts also if the peer says %s, which ends the connection later',
      async (header) => {
        let bodyBytes = 0;
        const readSlowly: Step = async ({ reader }) => {
          while (bodyBytes < LARGE.body.length) {
            bodyBytes += (await reader.bytes(1_024 * 1_024)).length;
            await setImmediate();
          }
        };
        const early = wire(`HTTP/1.1 200 OK\r\n${header}\r\nContent-Length: 2\r\n\r\n{}`);
        const server = await openFaultServer({ over, scripts: [[readHead, early, readSlowly]] });

        expect(await connectTo(server.url).send(LARGE, NEVER)).toMatchObject({ kind: 'accepted' });
        await until('the whole body', () => bodyBytes === LARGE.body.length);

        expect(server.requests).toBe(1);
      },
    );

    it.each<[string, Script]>([
      ['with a whole answer', [reply(200), hangUp]],
      [
        'in the middle of the answer',
        [wire('HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n{}'), hangUp],
      ],
    ])('is none if the connection ends before, %s', async (_, steps) => {
      const server = await openFaultServer({ over, scripts: [[readHead, ...steps], ACCEPT] });
      const connection = connectTo(server.url);

      expect(await connection.send(LARGE, NEVER)).toMatchObject({ kind: 'broken', at: 'socket' });

      expect(await send(connection)).toMatchObject({ kind: 'accepted' });
      expect(server.accepted).toBe(2);
    });

    it('counts also if the peer ends its own side, and reads on', async () => {
      const server = await openFaultServer({ over, scripts: [[readHead, reply(200), fin]] });

      expect(await connectTo(server.url).send(LARGE, NEVER)).toMatchObject({ kind: 'accepted' });

      expect(server.requests).toBe(1);
    });

    it('is none if it ends nowhere, and the peer does not read', async () => {
      let sentBytes = (): number => 0;
      const count: Step = ({ socket }) => {
        sentBytes = () => socket.bytesWritten - socket.writableLength;
      };
      const head = wire('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n');
      const body = flood('1\r\n{\r\n'.repeat(1_024));
      const server = await openFaultServer({ over, scripts: [[readHead, count, head, body]] });
      const life = new AbortController();

      const outcome = connectTo(server.url).send(LARGE, life.signal);
      // More than the kernel keeps for a Unix socket.
      await until('the head of the answer is read', () => sentBytes() > 256 * 1_024);
      life.abort();

      expect(await outcome).toEqual({ kind: 'cancelled', attempts: 1 });
    });
  },
);

describe('what is left to write', () => {
  it('is nothing once all is written, or without a socket', async () => {
    const { socket } = await connected();
    socket.write('all');
    await until('it is written', () => socket.writableLength === 0);

    expect(hasLeftToWrite(socket, notWritten)).toBe(false);
    expect(hasLeftToWrite(undefined, notWritten)).toBe(false);
  });

  it('is written when the peer reads, also of less than makes a socket call for a drain', async () => {
    const { socket, peer } = await connected();
    const chunk = Buffer.alloc(1_024);
    while (socket.writableLength === 0) socket.write(chunk);
    expect(socket.writableNeedDrain).toBe(false);

    const written = new Promise<number>((resolve) => {
      expect(hasLeftToWrite(socket, () => resolve(socket.writableLength))).toBe(true);
    });
    peer.resume();

    expect(await written).toBe(0);
  });

  it('is never written if the connection ends', async () => {
    const { socket } = await connected();
    while (socket.writableLength === 0) socket.write(Buffer.alloc(65_536));

    expect(hasLeftToWrite(socket, notWritten)).toBe(true);
    socket.destroy();
    await once(socket, 'close');
    await setImmediate();
  });
});

function notWritten(): void {
  expect.unreachable('it is not written');
}

/** A connection of which the peer reads nothing yet. */
async function connected(): Promise<{ readonly socket: Socket; readonly peer: Socket }> {
  let accept: (peer: Socket) => void = () => undefined;
  const accepted = new Promise<Socket>((resolve) => {
    accept = resolve;
  });
  const { url } = await openRawServer((peer) => accept(peer));
  const socket = connect(Number(new URL(url).port), '127.0.0.1');
  socket.on('error', () => undefined);
  onTestFinished(() => void socket.destroy());
  await once(socket, 'connect');
  return { socket, peer: await accepted };
}
