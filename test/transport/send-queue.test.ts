import { getEventListeners } from 'node:events';
import { describe, expect, it } from 'vitest';
import { SendQueue } from '../../src/transport/send-queue.js';
import type { Sendable } from '../../src/transport/send-outcome.js';
import { ACCEPTED, FakeConnection } from '../support/fake-connection.js';

const { signal: NO_ABORT } = new AbortController();

function payload(bytes: number): Sendable {
  return { body: new Uint8Array(bytes), chunkCount: 1 };
}

describe('SendQueue', () => {
  it('sends as many at once as there are connections, the rest in order', async () => {
    const connections = [new FakeConnection(), new FakeConnection()];
    const queue = new SendQueue(connections, 1_000);

    const sends = [1, 2, 3, 4].map((bytes) => queue.send(payload(bytes), NO_ABORT));
    await Promise.resolve();
    const sizes = (): number[] =>
      connections.flatMap(({ sent }) => sent.map((item) => item.payload.body.length));
    expect(sizes().toSorted((a, b) => a - b)).toEqual([1, 2]);

    connections[0]?.sent[0]?.settle(ACCEPTED);
    connections[1]?.sent[0]?.settle(ACCEPTED);
    await Promise.all(sends.slice(0, 2));
    expect(sizes().toSorted((a, b) => a - b)).toEqual([1, 2, 3, 4]);

    for (const { sent } of connections) sent[1]?.settle(ACCEPTED);
    expect(await Promise.all(sends)).toEqual([ACCEPTED, ACCEPTED, ACCEPTED, ACCEPTED]);
  });

  it('counts bytes until they are settled', async () => {
    const connection = new FakeConnection();
    const queue = new SendQueue([connection], 100);

    const send = queue.send(payload(60), NO_ABORT);
    await Promise.resolve();
    expect([queue.isFull, queue.hasRoomFor(40), queue.hasRoomFor(41)]).toEqual([
      false,
      true,
      false,
    ]);

    connection.sent[0]?.settle(ACCEPTED);
    await send;
    expect(queue.hasRoomFor(100)).toBe(true);
  });

  it('never sends what was aborted while it waited, and leaves no listener', async () => {
    const connection = new FakeConnection();
    const queue = new SendQueue([connection], 100);
    const { signal } = new AbortController();
    const controller = new AbortController();
    const first = queue.send(payload(1), signal);
    const aborted = queue.send(payload(2), controller.signal);
    const last = queue.send(payload(3), signal);

    controller.abort();
    expect(await aborted).toEqual({ kind: 'cancelled', attempts: 0 });
    connection.sent[0]?.settle(ACCEPTED);
    await first;
    connection.sent[1]?.settle(ACCEPTED);
    await last;

    expect(connection.sent.map((item) => item.payload.body.length)).toEqual([1, 3]);
    expect(getEventListeners(signal, 'abort')).toEqual([]);
    expect(getEventListeners(controller.signal, 'abort')).toEqual([]);
  });

  it('sends nothing for a signal that has aborted', async () => {
    const connection = new FakeConnection();
    const queue = new SendQueue([connection], 100);

    expect(await queue.send(payload(1), AbortSignal.abort())).toEqual({
      kind: 'cancelled',
      attempts: 0,
    });
    expect(connection.sent).toEqual([]);
    expect(queue.hasRoomFor(100)).toBe(true);
  });

  it('closes all connections', () => {
    const connections = [new FakeConnection(), new FakeConnection()];

    new SendQueue(connections, 100).close();

    expect(connections.map(({ isClosed }) => isClosed)).toEqual([true, true]);
  });
});
