import { getEventListeners } from 'node:events';
import { describe, expect, it } from 'vitest';
import { SendQueue } from '../../src/transport/send-queue.js';
import type { SendOutcome } from '../../src/transport/send-outcome.js';
import { ACCEPTED, FakeConnection } from '../support/fake-connection.js';

const { signal: NO_ABORT } = new AbortController();

function send(
  queue: SendQueue,
  bytes: number,
  signal: AbortSignal = NO_ABORT,
): Promise<SendOutcome | undefined> {
  const payload = { body: new Uint8Array(bytes), chunkCount: 1 };
  return queue.use(signal, (connection) => connection.send(payload, signal));
}

describe('SendQueue', () => {
  it('sends as many at once as there are connections, the rest in order', async () => {
    const connections = [new FakeConnection(), new FakeConnection()];
    const queue = new SendQueue(connections);

    const sends = [1, 2, 3, 4].map((bytes) => send(queue, bytes));
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

  it('never sends what was aborted while it waited, and leaves no listener', async () => {
    const connection = new FakeConnection();
    const queue = new SendQueue([connection]);
    const { signal } = new AbortController();
    const controller = new AbortController();
    const first = send(queue, 1, signal);
    const aborted = send(queue, 2, controller.signal);
    const last = send(queue, 3, signal);

    controller.abort();
    expect(await aborted).toBeUndefined();
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

    expect(await send(new SendQueue([connection]), 1, AbortSignal.abort())).toBeUndefined();
    expect(connection.sent).toEqual([]);
  });

  it('closes all connections', () => {
    const connections = [new FakeConnection(), new FakeConnection()];

    new SendQueue(connections).close();

    expect(connections.map(({ isClosed }) => isClosed)).toEqual([true, true]);
  });
});
