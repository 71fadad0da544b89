import { describe, expect, it } from 'vitest';
import { Diagnostics } from '../../src/diagnostics.js';
import type { Flushable, FlushOptions } from '../../src/flush/flush-target.js';
import { Invocation } from '../../src/flush/invocation.js';
import { captureDiag } from '../support/diag-log.js';
import { ManualClock } from '../support/manual-clock.js';
import { until } from '../support/until.js';

const lines = captureDiag();

interface Scene {
  readonly clock: ManualClock;
  readonly flushes: FlushOptions[];
  readonly invocation: Invocation;
}

/** An invocation whose flushes do as `forceFlush` does, at most 1 000 ms long. */
function scene(forceFlush: Flushable['forceFlush'], remainingMillis = () => Infinity): Scene {
  const clock = new ManualClock();
  const flushes: FlushOptions[] = [];
  const target: Flushable = {
    forceFlush: (options) => {
      if (options !== undefined) flushes.push(options);
      return forceFlush(options);
    },
  };
  const diagnostics = new Diagnostics(clock);
  const settings = { targets: [target], timeoutMillis: 1_000, clock, diagnostics };
  return { clock, flushes, invocation: new Invocation(settings, remainingMillis) };
}

const hang = (): Promise<void> => new Promise(() => undefined);

describe('an invocation', () => {
  it('leaves no timer behind when its flush hangs, and tells the target that it has ended', async () => {
    const { clock, flushes, invocation } = scene(hang);
    const flush = invocation.flush();
    await until('the flush', () => flushes.length > 0);

    clock.advance(999);
    expect(flushes[0]?.signal.aborted).toBe(false);
    clock.advance(1);
    await flush;

    expect(clock.armed).toBe(0);
    expect(flushes).toMatchObject([{ timeoutMillis: 1_000, signal: { aborted: true } }]);
    expect(lines).toEqual([expect.stringContaining('ended after 1000 ms')]);
  });

  it('spends its time limit once, however often it is flushed', async () => {
    const { clock, flushes, invocation } = scene(hang);
    const first = invocation.flush();
    await until('the first flush', () => flushes.length === 1);
    clock.advance(1_000);
    await first;

    await invocation.flush();

    expect(flushes).toHaveLength(1);
  });

  it('takes off its time limit what an earlier flush took', async () => {
    const { clock, flushes, invocation } = scene(async () => clock.spend(300));
    await invocation.flush();

    await invocation.flush();

    expect(flushes.map(({ timeoutMillis }) => timeoutMillis)).toEqual([1_000, 700]);
    expect(lines).toEqual([]);
  });

  it('ends 100 ms before the time is over that the platform grants', async () => {
    const { flushes, invocation } = scene(
      () => Promise.resolve(),
      () => 550,
    );

    await invocation.flush();

    expect(flushes).toMatchObject([{ timeoutMillis: 450 }]);
  });

  it('does not even begin to flush when no more is granted than that', async () => {
    const { flushes, invocation } = scene(
      () => Promise.resolve(),
      () => 100,
    );

    await invocation.flush();

    expect(flushes).toEqual([]);
    expect(lines).toEqual([expect.stringContaining('no time was left to flush')]);
  });

  it('flushes also if the platform cannot say what it grants', async () => {
    const { flushes, invocation } = scene(
      () => Promise.resolve(),
      () => {
        throw new Error('a mock');
      },
    );

    await invocation.flush();

    expect(flushes).toMatchObject([{ timeoutMillis: 1_000 }]);
  });

  it('does not wait for what the Agent has deferred', async () => {
    const { clock, invocation } = scene((options) => {
      options?.onDeferred?.();
      return hang();
    });

    await invocation.flush();

    expect(clock.armed).toBe(0);
    expect(lines).toEqual([]);
  });

  it('warns of each thing that went wrong, also of those that the SDK puts into a list', async () => {
    const { invocation } = scene(async () => {
      throw Object.assign(new Error('two'), { name: 'x' });
    });
    const listed = scene(() => rejection([new Error('one'), new Error('two')]));

    await invocation.flush();
    await listed.invocation.flush();

    expect(lines).toEqual([
      expect.stringContaining('the flush of an invocation failed: two'),
      expect.stringContaining('the flush of an invocation failed: one; two'),
    ]);
  });
});

/** `provider.forceFlush()` rejects with an array. */
function rejection(reason: unknown): Promise<void> {
  return new Promise((_resolve, reject) => {
    reject(reason);
  });
}
