import { setImmediate } from 'node:timers/promises';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { systemClock } from '../../src/lang/clock.js';

const warnings: Error[] = [];
const onWarning = (warning: Error): void => void warnings.push(warning);

beforeEach(() => {
  warnings.length = 0;
  process.on('warning', onWarning);
});

afterEach(() => {
  process.off('warning', onWarning);
});

function elapsed(delayMillis: number): Promise<number> {
  const start = systemClock.nowMillis();
  return new Promise((resolve) => {
    systemClock.schedule(delayMillis, () => resolve(systemClock.nowMillis() - start));
  });
}

it('runs a task after its delay', async () => {
  expect(await elapsed(30)).toBeGreaterThanOrEqual(29);
});

it('runs a task soon when its moment has passed, and Node does not warn', async () => {
  expect(await elapsed(-5)).toBeLessThan(100);
  await setImmediate();

  expect(warnings).toEqual([]);
});

it('runs no task that was called off, even when its time had come', async () => {
  const calls: string[] = [];
  const dispose = systemClock.schedule(1, () => calls.push('called'));
  const other = new Promise<void>((resolve) => {
    setTimeout(() => {
      dispose();
      resolve();
    }, 1);
  });
  // Both are overdue in the same turn, and the task is to run after that.
  const start = performance.now();
  while (performance.now() - start < 5);

  await other;
  await setImmediate();
  await setImmediate();

  expect(calls).toEqual([]);
});

it('tells the time of the wall for dates that others wrote', () => {
  expect(Math.abs(systemClock.unixMillis() - Date.now())).toBeLessThan(100);
});

it('needs no setImmediate among the globals, where jsdom has none', async () => {
  vi.stubGlobal('setImmediate', undefined);
  const turn = new Promise((resolve) => {
    systemClock.nextTurn(() => resolve('came'));
  });
  vi.unstubAllGlobals();

  expect(await turn).toBe('came');
});

it('is not that of a test which had fake timers when this was loaded', async () => {
  vi.resetModules();
  vi.useFakeTimers({ toFake: ['setImmediate', 'clearImmediate'] });
  const { systemClock: loaded } = await import('../../src/lang/clock.js');
  vi.useRealTimers();

  const turn = new Promise((resolve) => {
    loaded.nextTurn(() => resolve('came'));
  });
  expect(await turn).toBe('came');
});

it('clears a timer in the background with what belonged to it', () => {
  const clear = vi.fn<(timer: unknown) => void>();
  vi.stubGlobal('clearTimeout', clear);
  const dispose = systemClock.scheduleInBackground(1_000, () => undefined);
  vi.stubGlobal('clearTimeout', () => undefined);
  dispose();
  vi.unstubAllGlobals();

  expect(clear).toHaveBeenCalledOnce();
});

it('needs no timer that could be told not to keep the process, as those of jsdom cannot', () => {
  vi.stubGlobal('setTimeout', () => 7);
  const clear = vi.fn<(timer: unknown) => void>();
  vi.stubGlobal('clearTimeout', clear);

  systemClock.scheduleInBackground(1, () => undefined)();
  vi.unstubAllGlobals();

  expect(clear).toHaveBeenCalledWith(7);
});
