import { setImmediate as nextTurn } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { ExitFlush } from '../../src/exit/exit-flush.js';
import {
  type ExitAccount,
  type ExitDeliverer,
  registerExitDeliverer,
} from '../../src/flush/exit-deliverer.js';
import type { Flushable } from '../../src/flush/flush-target.js';
import { captureDiag } from '../support/diag-log.js';
import { ManualClock } from '../support/manual-clock.js';

const lines = captureDiag();
const TIMEOUT_MILLIS = 1_000;

/** Notes what it is told while the process ends. */
function noting(log: string[]): ExitDeliverer {
  return {
    exporter: {},
    account: () => ({ received: 0, unsettled: 0 }),
    hurry: () => undefined,
    cutShort: () => undefined,
    handOver: () => void log.push('handOver'),
    deliver: () => void log.push('deliver'),
  };
}

function exitFlush(
  targets: readonly Flushable[],
  clock: ManualClock,
  timeoutMillis = TIMEOUT_MILLIS,
): ExitFlush {
  const options = { blockOnExit: true, signals: [], timeoutMillis } as const;
  return new ExitFlush(targets, { ...options, reraise: 'auto' }, clock);
}

/** A flush whose time is up, and the log of its target. */
async function overdueFlush(): Promise<{ flush: ExitFlush; log: string[] }> {
  const log: string[] = [];
  const clock = new ManualClock();
  const target = hanging();
  registerExitDeliverer(target, noting(log));
  const flush = exitFlush([target], clock);
  const ended = flush.flush();
  clock.advance(TIMEOUT_MILLIS);
  expect(await ended).toBe('overdue');
  return { flush, log };
}

/** Of an exporter with a span that is never settled. */
const STUCK = (): ExitAccount => ({ received: 1, unsettled: 1 });

const flushed: Flushable = { forceFlush: () => Promise.resolve() };

function hanging(): Flushable {
  return { forceFlush: () => new Promise(() => undefined) };
}

describe('the flush at the end of the process', () => {
  it('that was done has what ended since delivered', async () => {
    const log: string[] = [];
    const target = { ...flushed };
    registerExitDeliverer(target, noting(log));
    const flush = exitFlush([target], new ManualClock());
    expect(await flush.flush()).toBe('done');

    flush.finish();

    expect(log).toEqual(['handOver', 'deliver']);
  });

  it.each([
    [0, 1, 'done'],
    [1, 2, 'done'],
    [2, 3, 'done'],
    [9, 4, 'busy'],
  ])('goes on when spans end during %i of its rounds', async (busyRounds, flushes, end) => {
    let received = 0;
    let calls = 0;
    const target: Flushable = {
      forceFlush: () => {
        if (++calls <= busyRounds) received++;
        return Promise.resolve();
      },
    };
    registerExitDeliverer(target, { ...noting([]), account: () => ({ received, unsettled: 0 }) });

    expect(await exitFlush([target], new ManualClock()).flush()).toBe(end);

    expect(calls).toBe(flushes);
  });

  it('is one, also for a target that asks for it while it begins', async () => {
    const within: unknown[] = [];
    const target: Flushable = {
      forceFlush: () => {
        within.push(flush.flush());
        return Promise.resolve();
      },
    };
    const flush = exitFlush([target], new ManualClock());

    const work = flush.flush();
    await work;

    expect(within).toEqual([work]);
    expect(within[0]).toBe(work);
  });

  it('that was overdue begins nothing any more', async () => {
    const { flush, log } = await overdueFlush();

    flush.finish();

    expect(log).toEqual([]);
  });

  it('that was overdue says nothing of the next one, which a second signal cuts short', async () => {
    const { flush, log } = await overdueFlush();
    void flush.flush();

    flush.finish();

    expect(log).toEqual(['handOver', 'deliver']);
  });

  it('is overdue again while a target hangs since the last one, and waits for the others only', async () => {
    const clock = new ManualClock();
    const flush = exitFlush([hanging(), flushed], clock);
    const first = flush.flush();
    clock.advance(TIMEOUT_MILLIS);
    expect(await first).toBe('overdue');

    expect(await flush.flush()).toBe('overdue');

    expect([clock.nowMillis(), clock.armed]).toEqual([TIMEOUT_MILLIS, 0]);
  });

  it('is overdue when a target gives up on the limit just before it is reached', async () => {
    const clock = new ManualClock();
    const giving: Flushable = {
      forceFlush: (options) =>
        new Promise((_resolve, reject) => {
          const leftMillis = options?.timeoutMillis ?? 0;
          clock.schedule(leftMillis - 1, () => reject(new Error('gave up')));
        }),
    };
    const flush = exitFlush([giving], clock);
    const ended = flush.flush();

    clock.advance(TIMEOUT_MILLIS - 1);

    expect(await ended).toBe('overdue');
    expect(lines).toEqual([
      'the flush at the end of the process took more than 1000 ms; spans that were not delivered are lost',
    ]);
  });

  it('takes from nobody what another needs beyond its share, to start a thread', () => {
    const clock = new ManualClock();
    const given: number[] = [];
    const targets = [400, 0, 0].map((startMillis) => {
      const target = hanging();
      const deliver = (timeoutMillis: number, limitMillis: number): void => {
        given.push(timeoutMillis, limitMillis);
        clock.advance(startMillis + timeoutMillis); // of an Agent that hangs
      };
      const account = (): ExitAccount => ({ received: 1, unsettled: 1 });
      registerExitDeliverer(target, Object.assign(noting([]), { account, deliver }));
      return target;
    });

    exitFlush(targets, clock).block(clock.nowMillis(), 0.3);

    // Shares of 300 ms: none is shorter because of the 400.
    expect(given).toEqual([100, 1_000, 100, 500, 100, 400]);
  });

  it.each([
    ['full time after no flush', [], 0, 1_000],
    ['no more than a last call after one that was overdue', [flushAndWait(1_000)], 0, 150],
    ['what is left of the time of one that goes on', [flushAndWait(300)], 0, 700],
    ['a last call if that is less', [flushAndWait(900)], 0, 150],
    ['full time if that was long ago', [flushAndWait(1_000)], 1_001, 1_000],
  ])('leaves an Agent that hangs %s', async (_what, before, laterMillis, expected) => {
    const clock = new ManualClock();
    const { target, given } = timed(hanging(), STUCK);
    const flush = exitFlush([target], clock);
    for (const flushAndGoOn of before) await flushAndGoOn(flush, clock);
    clock.advance(laterMillis);

    flush.block(clock.nowMillis(), 1);

    expect(given).toEqual([[expected, 1_000]]);
  });

  it('has no last call that is longer than its time', async () => {
    const clock = new ManualClock();
    const { target, given } = timed(hanging(), STUCK);
    const flush = exitFlush([target], clock, 100);
    await flushAndWait(100)(flush, clock);

    flush.block(clock.nowMillis(), 1);

    expect(given).toEqual([[100, 100]]);
  });

  it.each([
    ['that was done', [], 0],
    ['in which another has hung', [hanging()], 0],
    ['in which another exporter has hung', [timed(hanging(), STUCK).target], 0],
    ['in which another has hung, under load', [timed(hanging(), STUCK).target], 1],
  ])('leaves an Agent full time after a flush %s', async (_what, others, before) => {
    const clock = new ManualClock();
    const account = { received: before, unsettled: before };
    const { target, given } = timed({ ...flushed }, () => account);
    const flush = exitFlush([...others, target], clock);
    const ended = flush.flush();
    account.received++; // a span that ends meanwhile, or afterwards; those before are exported
    account.unsettled = 1;
    clock.advance(others.length * TIMEOUT_MILLIS);
    await ended;

    flush.block(clock.nowMillis(), 1);

    expect(given).toEqual([[1_000, 1_000]]);
  });

  it('leaves 150 ms to all that hang together, and what is left of the time to the others', async () => {
    const clock = new ManualClock();
    const given: number[] = [];
    const targets = [1, 1, 0].map((unsettled, index) => {
      const target = index < 2 ? hanging() : { ...flushed };
      let count = unsettled;
      const deliver = (timeoutMillis: number): void => {
        given.push(timeoutMillis);
        clock.advance(index < 2 ? timeoutMillis : 10);
      };
      const account = (): ExitAccount => ({ received: count, unsettled: count });
      registerExitDeliverer(target, Object.assign(noting([]), { account, deliver }));
      return Object.assign(target, { end: () => void count++ });
    });
    const flush = exitFlush(targets, clock);
    await flushAndWait(TIMEOUT_MILLIS)(flush, clock);
    targets[2]?.end();

    flush.block(clock.nowMillis(), 1);

    expect(given).toEqual([75, 75, 850]);
  });
});

/** A target, and the times for which it is delivered: for sending, and with the start of a thread. */
function timed(
  target: Flushable,
  account: () => ExitAccount,
): { target: Flushable; given: readonly (readonly [number, number])[] } {
  const given: [number, number][] = [];
  const deliver = (timeoutMillis: number, limitMillis: number): void =>
    void given.push([timeoutMillis, limitMillis]);
  registerExitDeliverer(target, Object.assign(noting([]), { account, deliver }));
  return { target, given };
}

function flushAndWait(millis: number): (flush: ExitFlush, clock: ManualClock) => Promise<void> {
  return async (flush, clock) => {
    const ended = flush.flush();
    clock.advance(millis);
    await Promise.race([ended, nextTurn()]);
  };
}
