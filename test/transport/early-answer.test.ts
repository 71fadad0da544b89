import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { setImmediate } from 'node:timers/promises';
import { describe, expect, it, onTestFinished } from 'vitest';
import { Upload } from '../../src/transport/early-answer.js';
import type { Sendable } from '../../src/transport/send-outcome.js';
import { openFaultServer, type Script, type Step } from '../support/fault-server.js';
import { ACCEPT, hangUp, readHead, reply, send as wire } from '../support/fault-steps.js';
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
  },
);

describe('what is left of an upload', () => {
  it('is none once all is written', async () => {
    const { socket } = await connected();
    socket.write('all');
    await until('it is written', () => socket.writableLength === 0);

    expect(Upload.restOn(socket, () => undefined)).toBeUndefined();
  });

  it('is written when the peer reads, also of less than makes a socket call for a drain', async () => {
    const { socket, peer } = await connected();
    const chunk = Buffer.alloc(1_024);
    while (socket.writableLength === 0) socket.write(chunk);
    expect(socket.writableNeedDrain).toBe(false);

    let isWritten = false;
    const upload = Upload.restOn(socket, () => {
      isWritten = true;
    });
    expect(upload?.isUnwritten).toBe(true);
    peer.resume();
    await until('it is written', () => isWritten);

    expect(upload?.isUnwritten).toBe(false);
    expect(socket.writableLength).toBe(0);
  });

  it('is never written if the connection ends', async () => {
    const { socket } = await connected();
    while (socket.writableLength === 0) socket.write(Buffer.alloc(65_536));

    const upload = Upload.restOn(socket, () => expect.unreachable('it is not written'));
    socket.destroy();
    await once(socket, 'close');
    await setImmediate();

    expect(upload?.isUnwritten).toBe(true);
  });
});

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
