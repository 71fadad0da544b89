import { setImmediate } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { drain } from '../../src/flush/drain.js';
import { registerExitDeliverer } from '../../src/flush/exit-deliverer.js';
import type { Flushable, FlushOptions } from '../../src/flush/flush-target.js';
import { ManualClock } from '../support/manual-clock.js';
import { until } from '../support/until.js';

/** Says of a target that it is one of ours. */
const NO_DELIVERER = {
  exporter: {},
  account: () => ({ received: 0, unsettled: 0 }),
  hurry: () => undefined,
  cutShort: () => undefined,
  handOver: () => undefined,
  deliver: () => undefined,
};

function limits(clock: ManualClock, timeoutMillis = 1_000, signal?: AbortSignal) {
  return { clock, timeoutMillis, signal };
}

function target(log: string[], name: string, result: Promise<void> = Promise.resolve()): Flushable {
  return {
    forceFlush: () => {
      log.push(name);
      return result;
    },
  };
}

/** Deferred at once, and never flushed. */
function deferred(): Flushable {
  const one: Flushable = {
    forceFlush: (options) => {
      options?.onDeferred?.();
      return never;
    },
  };
  registerExitDeliverer(one, NO_DELIVERER);
  return one;
}

const never = new Promise<void>(() => undefined);

describe('drain', () => {
  it('flushes one target', async () => {
    const log: string[] = [];

    const outcome = await drain([target(log, 'exporter')], limits(new ManualClock()));

    expect(outcome).toEqual({ kind: 'done', errors: [] });
    expect(log).toEqual(['exporter']);
  });

  it('flushes a list in order, the next one also after one that fails', async () => {
    const log: string[] = [];
    const error = new Error('no');
    const failing = target(log, 'provider', Promise.reject(error));

    const outcome = await drain([failing, target(log, 'exporter')], limits(new ManualClock()));

    expect(outcome).toEqual({ kind: 'done', errors: [error] });
    expect(log).toEqual(['provider', 'exporter']);
  });

  it('takes a flush that throws for one that fails', async () => {
    const error = new Error('not even a promise');
    const throwing: Flushable = {
      forceFlush: () => {
        throw error;
      },
    };

    expect(await drain([throwing], limits(new ManualClock()))).toEqual({
      kind: 'done',
      errors: [error],
    });
  });

  it('ends at the deadline that all share, and begins nothing afterwards', async () => {
    const log: string[] = [];
    const clock = new ManualClock();
    let finish = (): void => undefined;
    const slow = new Promise<void>((resolve) => {
      finish = resolve;
    });

    const outcome = drain([target(log, 'slow', slow), target(log, 'next')], limits(clock, 100));
    clock.advance(100);

    expect(await outcome).toEqual({ kind: 'timeout' });
    finish();
    await slow;
    await Promise.resolve();
    expect(log).toEqual(['slow']);
  });

  it('tells each target how long it may take, and when it has ended', async () => {
    const clock = new ManualClock();
    const told: (FlushOptions | undefined)[] = [];
    const hanging: Flushable = {
      forceFlush: (options) => {
        told.push(options);
        return never;
      },
    };

    const outcome = drain([hanging], limits(clock, 99.5));
    expect(told).toMatchObject([{ timeoutMillis: 100, signal: { aborted: false } }]);
    clock.advance(100);
    await outcome;

    expect(told).toMatchObject([{ signal: { aborted: true } }]);
  });

  it('ends when the signal aborts, and leaves no timer', async () => {
    const clock = new ManualClock();
    const life = new AbortController();
    const cause = new Error('enough');

    const outcome = drain([target([], 'hanging', never)], limits(clock, 100, life.signal));
    life.abort(cause);

    expect(await outcome).toEqual({ kind: 'aborted', cause });
    expect(clock.armed).toBe(0);
  });
});

describe('a drain that leaves what is deferred', () => {
  const leaving = { ...limits(new ManualClock()), deferral: 'leave' } as const;

  it('hurries an exporter of ours while what is in front of it is flushed', async () => {
    const log: string[] = [];
    let finish = (): void => undefined;
    const slow = new Promise<void>((resolve) => {
      finish = resolve;
    });
    const exporter: Flushable = {
      forceFlush: () => {
        log.push('exporter');
        finish(); // what the provider waits for
        return Promise.reject(new Error('no'));
      },
    };
    registerExitDeliverer(exporter, NO_DELIVERER);

    const outcome = await drain([target(log, 'provider', slow), exporter], leaving);

    expect(outcome).toMatchObject({ kind: 'done', errors: [{ message: 'no' }] });
    expect(log).toEqual(['provider', 'exporter', 'exporter']);
  });

  it('ends when all that is left is deferred, even if a provider still waits for it', async () => {
    expect(await drain([target([], 'provider', never), deferred()], leaving)).toEqual({
      kind: 'deferred',
    });
  });

  it('waits for the others, and flushes those behind', async () => {
    const log: string[] = [];
    let finish = (): void => undefined;
    const slow = new Promise<void>((resolve) => {
      finish = resolve;
    });
    const ours = target(log, 'ours', slow);
    registerExitDeliverer(ours, NO_DELIVERER);
    const elsewhere: Flushable = {
      forceFlush: () => {
        log.push('elsewhere');
        finish();
        return slow;
      },
    };

    expect(await drain([deferred(), elsewhere, ours], leaving)).toEqual({ kind: 'deferred' });
    expect(log).toEqual(['ours', 'elsewhere', 'ours', 'ours']); // hurried twice before its turn
  });

  it('heeds in its turn only what the flush of that turn says', async () => {
    const told: (FlushOptions['onDeferred'] | undefined)[] = [];
    let finish = (): void => undefined;
    const exporter: Flushable = {
      forceFlush: (options) => {
        told.push(options?.onDeferred);
        return new Promise((resolve) => {
          finish = resolve;
        });
      },
    };
    registerExitDeliverer(exporter, NO_DELIVERER);

    const outcome = drain([target([], 'provider'), exporter], leaving);
    await until('the flush in its turn', () => told.length === 2);
    told[0]?.(); // of what the provider had handed over before
    await setImmediate();
    finish();

    expect(await outcome).toEqual({ kind: 'done', errors: [] });
  });

  it('alone asks whether anything is deferred', async () => {
    const asked: unknown[] = [];
    const one: Flushable = {
      forceFlush: (options) => {
        asked.push(options !== undefined && 'onDeferred' in options);
        return Promise.resolve();
      },
    };

    await drain([one], leaving);
    await drain([one], limits(new ManualClock()));

    expect(asked).toEqual([true, false]);
  });
});
