import { getEventListeners } from 'node:events';
import { describe, expect, it } from 'vitest';
import { waitFor } from '../../src/lang/bounded-wait.js';
import { ManualClock } from '../support/manual-clock.js';

const never = (): Promise<string> => new Promise(() => undefined);

describe('waitFor', () => {
  it('is done when the work is', async () => {
    const clock = new ManualClock();
    const limits = { clock, timeoutMillis: 10, signal: undefined };

    expect(await waitFor(() => Promise.resolve('work'), limits)).toEqual({
      kind: 'done',
      value: 'work',
    });
    expect(clock.armed).toBe(0);
  });

  it('ends with the time limit and leaves no listener on the signal', async () => {
    const clock = new ManualClock();
    const { signal } = new AbortController();
    const outcome = waitFor(never, { clock, timeoutMillis: 10, signal });

    clock.advance(10);

    expect(await outcome).toEqual({ kind: 'timeout' });
    expect(getEventListeners(signal, 'abort')).toEqual([]);
  });

  it('ends with the signal, with its reason, and leaves no timer', async () => {
    const clock = new ManualClock();
    const controller = new AbortController();
    const outcome = waitFor(never, { clock, timeoutMillis: 10, signal: controller.signal });

    controller.abort('enough');

    expect(await outcome).toEqual({ kind: 'aborted', cause: 'enough' });
    expect(clock.armed).toBe(0);
  });

  it('ends before what its work in turn waits for as long', async () => {
    const clock = new ManualClock();
    const limits = { clock, timeoutMillis: 10, signal: undefined };
    const outcome = waitFor(() => waitFor(never, limits), limits);

    clock.advance(10);

    expect(await outcome).toEqual({ kind: 'timeout' });
  });

  it('ends at once for a signal that has aborted', async () => {
    const clock = new ManualClock();
    const signal = AbortSignal.abort('before');

    expect(await waitFor(never, { clock, timeoutMillis: 10, signal })).toEqual({
      kind: 'aborted',
      cause: 'before',
    });
    expect(clock.armed).toBe(0);
  });
});
