import { expect, it } from 'vitest';
import { timePasses } from '../freeze/freezing.js';
import { millisOf } from './wall-time.js';

const MILLIS = 200;

it('counts waiting', async () => {
  const tries: number[] = [];
  // One in which the machine did not let the process run most of the time says nothing.
  for (let count = 0; count < 5; count++) tries.push(await millisOf(() => timePasses(MILLIS)));

  expect(Math.max(...tries)).toBeGreaterThan(MILLIS / 2);
});

it('counts work', async () => {
  const work = async (): Promise<void> => {
    const start = process.cpuUsage();
    while (process.cpuUsage(start).user < MILLIS * 1_000);
  };

  expect(await millisOf(work)).toBeGreaterThan(MILLIS / 2);
});

it('does not count what the process had to stand still for', async () => {
  const standStill = async (): Promise<void> => {
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, MILLIS);
  };

  expect(await millisOf(standStill)).toBeLessThan(MILLIS / 2);
});
