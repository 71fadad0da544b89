import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { setImmediate } from 'node:timers/promises';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { Sendable } from '../../src/transport/connection.js';
import { holdAnswer } from '../../src/transport/early-answer.js';
import { openFaultServer, type Script, type Step } from '../support/fault-server.js';
import {
  ACCEPT,
  fin,
  flood,
  halfClose,
  hangUp,
  pause,
  readHead,
  reply,
  rst,
  send as wire,
} from '../support/fault-steps.js';
import { openRawServer } from '../support/raw-server.js';
import { until } from '../support/until.js';
import { connectTo, send } from './open-connection.js';

/** More than the buffers of the kernel hold. */
const LARGE: Sendable = { body: new Uint8Array(24 * 1_024 * 1_024), chunkCount: 1 };
const NEVER = new AbortController().signal;

const SAY_TOO_LITTLE = wire('HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n{}');
const SAY_CLOSE = sayClose('Content-Length: 0\r\n');
const SAY_CLOSE_TOO_LITTLE = sayClose('Content-Length: 2\r\n');
const SAY_WITHOUT_LENGTH = sayClose('');
/** The peer cannot see when its answer is paused; nothing else that it does makes any difference. */
const UNTIL_PAUSED = pause(50);

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

      expect(await send(connection, NEVER, { payload: LARGE })).toMatchObject({ kind: 'accepted' });
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

        expect(await send(connectTo(server.url), NEVER, { payload: LARGE })).toMatchObject({
          kind: 'accepted',
        });
        await until('the whole body', () => bodyBytes === LARGE.body.length);

        expect(server.requests).toBe(1);
      },
    );

    // Of those with `Connection: close`, undici asserts in the end that it is not paused: nobody could catch that.
    it.each<[string, Script]>([
      ['after a whole answer', [reply(200), hangUp]],
      ['in the middle of an answer', [SAY_TOO_LITTLE, hangUp]],
      ['by a peer that takes no more requests and closes its side', [SAY_CLOSE, halfClose]],
      ['by a peer that takes no more requests and hangs up', [SAY_CLOSE, hangUp]],
      ['by a peer that takes no more requests and resets it', [SAY_CLOSE, UNTIL_PAUSED, rst]],
      ['in the middle of the last answer, by a closed side', [SAY_CLOSE_TOO_LITTLE, halfClose]],
      ['in the middle of the last answer', [SAY_CLOSE_TOO_LITTLE, hangUp]],
      ['which is the end of the answer, by a closed side', [SAY_WITHOUT_LENGTH, halfClose]],
      ['which is no end of the answer, by a reset', [SAY_WITHOUT_LENGTH, UNTIL_PAUSED, rst]],
    ])('is none if the connection ends before, %s', async (_, steps) => {
      const server = await openFaultServer({ over, scripts: [[readHead, ...steps], ACCEPT] });
      const connection = connectTo(server.url);

      expect(await send(connection, NEVER, { payload: LARGE })).toMatchObject({
        kind: 'broken',
        at: 'socket',
      });

      expect(await send(connection)).toMatchObject({ kind: 'accepted' });
      expect(server.accepted).toBe(2);
    });

    it('counts also if the peer ends its own side, and reads on', async () => {
      const server = await openFaultServer({ over, scripts: [[readHead, reply(200), fin]] });

      expect(await send(connectTo(server.url), NEVER, { payload: LARGE })).toMatchObject({
        kind: 'accepted',
      });

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

      const outcome = send(connectTo(server.url), life.signal, { payload: LARGE });
      // More than the kernel keeps for a Unix socket.
      await until('the head of the answer is read', () => sentBytes() > 256 * 1_024);
      life.abort();

      expect(await outcome).toEqual({ kind: 'cancelled', attempts: 1 });
    });
  },
);

describe('the answer to a request', () => {
  it('is not held once all is written, or without a socket', async () => {
    const { socket } = await connected();
    socket.write('all');
    await until('it is written', () => socket.writableLength === 0);
    const reading = new Reading();

    expect(holdAnswer(socket, reading, notWritten)).toBe(false);
    expect(holdAnswer(undefined, reading, notWritten)).toBe(false);

    expect(reading.calls).toEqual([]);
  });

  it('is held until the peer has read, also what is less than makes a socket call for a drain', async () => {
    const { socket, peer } = await connected();
    const listeners = countListeners(socket);
    const chunk = Buffer.alloc(1_024);
    while (socket.writableLength === 0) socket.write(chunk);
    expect(socket.writableNeedDrain).toBe(false);
    const reading = new Reading();

    const written = new Promise<readonly string[]>((resolve) => {
      expect(holdAnswer(socket, reading, () => resolve([...reading.calls]))).toBe(true);
    });
    peer.resume();

    expect(await written).toEqual(['pause']);
    expect(reading.calls).toEqual(['pause', 'resume']);
    expect(socket.writableLength).toBe(0);
    expect(countListeners(socket)).toEqual(listeners);
  });

  it('does not go on if the connection ends', async () => {
    const { socket } = await connected();
    while (socket.writableLength === 0) socket.write(Buffer.alloc(65_536));
    const reading = new Reading();

    expect(holdAnswer(socket, reading, notWritten)).toBe(true);
    socket.destroy();
    await once(socket, 'close');
    await setImmediate();

    expect(reading.calls).toEqual(['pause']);
  });

  it('goes on before others learn that the peer has closed its side', async () => {
    const { socket, peer } = await connected();
    const reading = new Reading();
    socket.once('end', () => reading.calls.push('end'));
    while (socket.writableLength === 0) socket.write(Buffer.alloc(65_536));
    holdAnswer(socket, reading, () => undefined);

    peer.end();
    socket.resume();
    await until('its end', () => reading.calls.includes('end'));

    expect(reading.calls).toEqual(['pause', 'resume', 'end']);
  });

  it('shows a reset to others as a broken pipe, and as what it was afterwards', async () => {
    const { socket, peer } = await connected();
    const codes: unknown[] = [];
    socket.once('error', (error) => codes.push(Reflect.get(error, 'code'), error));
    while (socket.writableLength === 0) socket.write(Buffer.alloc(65_536));
    holdAnswer(socket, new Reading(), notWritten);

    peer.resetAndDestroy();
    socket.resume();
    await new Promise((resolve) => void socket.once('close', resolve));

    expect(codes).toEqual(['EPIPE', expect.objectContaining({ code: 'ECONNRESET' })]);
  });
});

/** What is told to pause and to go on. */
class Reading {
  readonly calls: string[] = [];

  pause(): void {
    this.calls.push('pause');
  }

  resume(): void {
    this.calls.push('resume');
  }
}

function countListeners(socket: Socket): readonly number[] {
  return [socket.listenerCount('end'), socket.listenerCount('error')];
}

/** Answers without a body, and says that the connection ends. */
function sayClose(header: string): Step {
  return wire(`HTTP/1.1 200 OK\r\nConnection: close\r\n${header}\r\n`);
}

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
