import { describe, expect, it } from 'vitest';
import type { Connection } from '../../src/transport/connection.js';
import { SendQueue } from '../../src/transport/send-queue.js';
import { ACCEPTED, FakeConnection, rejected } from '../support/fake-connection.js';
import { ManualClock } from '../support/manual-clock.js';
import { until } from '../support/until.js';
import { Bench, DEADLINE_MILLIS, patient, REFUSED } from './delivery-bench.js';

describe('a delivery', () => {
  it('backs off twice as long every time, with the jitter of chance, and leaves no timer', async () => {
    const bench = new Bench();
    const pauses: number[] = [];

    for (const ceiling of [100, 200, 400, 800]) {
      await bench.end(REFUSED);
      const attempts = bench.attempts;
      await bench.advance(ceiling / 2 - 1);
      expect(bench.attempts).toBe(attempts);
      await bench.advance(1);
      expect(bench.attempts).toBe(attempts + 1);
      pauses.push(ceiling / 2);
    }
    await bench.end(REFUSED);

    expect(bench.settled).toMatchObject({ outcome: REFUSED, attempts: 5 });
    expect(bench.clock.armed).toBe(0);
  });

  it('does not wait for an attempt that would come after the deadline', async () => {
    const bench = new Bench({ attemptTimeoutMillis: 60_000 });
    await bench.turn();
    await bench.advance(DEADLINE_MILLIS - 40);

    await bench.end(REFUSED);

    expect(bench.settled).toMatchObject({ outcome: REFUSED, attempts: 1 });
  });

  it('retries an attempt that took too long', async () => {
    const bench = new Bench();
    await until('an attempt', () => bench.attempts === 1);
    bench.connection.sent[0]?.signal.addEventListener('abort', () => {
      bench.connection.sent[0]?.settle({ kind: 'cancelled', attempts: 1 });
    });

    await bench.advance(3_000);
    await bench.advance(50);
    await bench.end(ACCEPTED);

    expect(bench.settled).toMatchObject({ outcome: ACCEPTED, attempts: 2 });
    expect(bench.settled?.earlier).toMatchObject({
      at: 'timeout',
      cause: { message: 'no answer within 3000 ms' },
    });
  });

  it('gives a request that begins late all its time', async () => {
    const bench = new Bench();
    await until('an attempt', () => bench.attempts === 1);
    await bench.advance(2_900);
    bench.connection.sent[0]?.onStep('requesting');

    await bench.advance(2_999);
    expect(bench.connection.sent[0]?.signal.aborted).toBe(false);
    await bench.advance(1);

    expect(bench.connection.sent[0]?.signal.aborted).toBe(true);
  });

  it('leaves no timer when the answer comes', async () => {
    const bench = new Bench();
    await until('an attempt', () => bench.attempts === 1);
    bench.connection.sent[0]?.onStep('requesting');
    expect(bench.clock.armed).toBe(1);

    await bench.end(ACCEPTED);

    expect(bench.settled).toMatchObject({ outcome: ACCEPTED, attempts: 1 });
    expect(bench.clock.armed).toBe(0);
  });

  it('waits as long as the Agent asks, but not longer than it may', async () => {
    const bench = new Bench();

    await bench.end(rejected(429, ['2']));
    await bench.advance(1_999);
    expect(bench.attempts).toBe(1);
    await bench.advance(1);
    expect(bench.attempts).toBe(2);
    await bench.end(rejected(503, ['8']));

    expect(bench.settled).toMatchObject({ outcome: { reply: { status: 503 } }, attempts: 2 });
    expect(bench.replies).toEqual([429, 503]);
  });

  it('is not repeated without retries', async () => {
    const bench = new Bench({ maxRetries: 0 });

    await bench.end(REFUSED);

    expect(bench.settled).toMatchObject({ attempts: 1 });
  });
});

/** A delivery that was hurried during its first attempt, which failed then. */
async function hurriedToLastAttempt(): Promise<Bench> {
  const bench = new Bench();
  await until('an attempt', () => bench.attempts === 1);
  bench.delivery.hurry(Infinity);
  await bench.end(REFUSED);
  await bench.advance(0);
  expect(bench.attempts).toBe(2);
  return bench;
}

describe('a delivery that waits', () => {
  it.each([
    ['as long as the Agent has asked is deferred', rejected(429, ['2']), true],
    ['for no longer than it chose itself is not', REFUSED, false],
  ])('%s', async (_, outcome, isDeferred) => {
    const bench = new Bench();
    expect(bench.delivery.isDeferred).toBe(false);

    await bench.end(outcome);

    expect(bench.clock.armed).toBe(1);
    expect(bench.delivery.isDeferred).toBe(isDeferred);
  });
});

describe('a delivery in a hurry', () => {
  it('ends its backoff with one last attempt', async () => {
    const bench = new Bench();
    await bench.end(REFUSED);
    expect(bench.attempts).toBe(1);

    bench.delivery.hurry(Infinity);
    bench.delivery.hurry(Infinity);
    await bench.turn();
    expect(bench.attempts).toBe(2);
    await bench.end(REFUSED);

    expect(bench.settled).toMatchObject({ attempts: 2 });
    expect(bench.clock.armed).toBe(0);
  });

  it('follows the failure of an attempt that is under way with one last attempt at once', async () => {
    const bench = await hurriedToLastAttempt();
    await bench.end(REFUSED);

    expect(bench.settled).toMatchObject({ attempts: 2 });
  });

  it('keeps what the Agent asked for', async () => {
    const bench = new Bench();
    await bench.end(rejected(429, ['2']));

    bench.delivery.hurry(Infinity);
    await bench.advance(1_999);
    expect(bench.attempts).toBe(1);
    await bench.advance(1);
    await bench.end(ACCEPTED);

    expect(bench.settled).toMatchObject({ outcome: ACCEPTED, attempts: 2 });
  });

  it('keeps to two attempts when it is hurried again during the last one', async () => {
    const bench = await hurriedToLastAttempt();

    bench.delivery.hurry(Infinity);
    await bench.end(REFUSED);
    await bench.advance(0);

    expect(bench.settled).toMatchObject({ outcome: REFUSED, attempts: 2 });
  });

  it('keeps the deadline that it has when it is given a later one', async () => {
    const bench = new Bench();

    bench.delivery.hurry(Infinity);
    await bench.end(rejected(503, ['60']));

    expect(bench.settled).toMatchObject({ outcome: { reply: { status: 503 } }, attempts: 1 });
    expect(bench.clock.armed).toBe(0);
  });

  it('does not wait for what comes after its new deadline', async () => {
    const bench = new Bench();
    await bench.end(rejected(429, ['2']));

    bench.delivery.hurry(1_000);
    await bench.turn();

    expect(bench.settled).toMatchObject({
      outcome: { kind: 'cancelled' },
      cancellation: { kind: 'shutdown' },
      earlier: { reply: { status: 429 } },
      attempts: 1,
    });
  });
});

describe('a cancelled delivery', () => {
  it('ends its backoff and starts nothing', async () => {
    const bench = new Bench();
    await bench.end(REFUSED);

    bench.delivery.cancel({ kind: 'aborted', cause: 'enough' });
    bench.delivery.cancel({ kind: 'shutdown' });
    await bench.turn();
    await bench.advance(60_000);

    expect(bench.settled).toMatchObject({
      outcome: { kind: 'cancelled' },
      cancellation: { kind: 'aborted', cause: 'enough' },
      attempts: 1,
    });
    expect([bench.attempts, bench.clock.armed]).toEqual([1, 0]);
  });

  it('does not wait to come back when the end and a refusal come together', async () => {
    const bench = new Bench();
    await until('an attempt', () => bench.attempts === 1);

    bench.delivery.cancel({ kind: 'shutdown' });
    await bench.end(rejected(503));
    await bench.advance(60_000);

    expect(bench.settled).toMatchObject({ outcome: { reply: { status: 503 } }, attempts: 1 });
    expect([bench.attempts, bench.clock.armed]).toEqual([1, 0]);
  });

  it('gives back a connection that it was granted together with the end', async () => {
    const connection = new FakeConnection();
    const queue = new SendQueue([connection], new ManualClock());
    let holder: Connection | undefined;
    queue.acquire(
      patient((granted) => {
        holder = granted;
      }),
    );
    const bench = new Bench({ queue });
    await bench.turn();

    if (holder !== undefined) queue.release(holder);
    bench.delivery.cancel({ kind: 'aborted' });
    await bench.turn();

    expect(bench.settled).toMatchObject({ outcome: { kind: 'cancelled' }, attempts: 0 });
    expect(connection.sent).toEqual([]);
    const granted: Connection[] = [];
    queue.acquire(patient((free) => granted.push(free)));
    expect(granted).toEqual([connection]);
  });

  it('takes an acceptance that came before the end', async () => {
    const bench = new Bench();
    await until('an attempt', () => bench.attempts === 1);

    bench.delivery.cancel({ kind: 'shutdown' });
    await bench.end(ACCEPTED);

    expect(bench.settled).toMatchObject({ outcome: ACCEPTED, attempts: 1 });
  });

  it('that comes after the answer leaves the next payload of the connection alone', async () => {
    const connection = new FakeConnection();
    const queue = new SendQueue([connection], new ManualClock());
    const [first, second] = [new Bench({ queue }), new Bench({ queue })];
    await until('the first attempt', () => connection.sent.length === 1);
    connection.onSend = () => first.delivery.cancel({ kind: 'aborted' });

    connection.sent[0]?.settle(ACCEPTED);
    await until('the second attempt', () => connection.sent.length === 2);
    await first.turn();

    expect(first.settled).toMatchObject({ outcome: ACCEPTED, attempts: 1 });
    expect(connection.sent.map(({ signal }) => signal.aborted)).toEqual([false, false]);
    second.delivery.cancel({ kind: 'aborted' });
    expect(connection.sent[1]?.signal.aborted).toBe(true);
  });
});
