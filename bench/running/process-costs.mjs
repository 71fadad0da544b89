// Owns what a process has spent between two moments, apart from time by the wall.

import { monitorEventLoopDelay, PerformanceObserver } from 'node:perf_hooks';
import { setImmediate as nextTurn } from 'node:timers/promises';

const NANOS_PER_MILLI = 1e6;

/**
 * @returns a function that ends the measurement: CPU of all threads, pauses of the garbage collector and
 * their number, the 99th percentile of the event loop's delay, and the largest resident size so far.
 */
export function beginCosts() {
  const collections = { count: 0, millis: 0 };
  const observer = new PerformanceObserver((list) => {
    for (const { duration } of list.getEntries()) {
      collections.count++;
      collections.millis += duration;
    }
  });
  observer.observe({ entryTypes: ['gc'] });
  const delay = monitorEventLoopDelay({ resolution: 1 });
  delay.enable();
  const began = process.cpuUsage();
  return async () => {
    const { user, system } = process.cpuUsage(began);
    delay.disable();
    await nextTurn(); // what the observer has is handed over in a turn of its own
    observer.disconnect();
    return {
      cpuMicros: user + system,
      gcMicros: collections.millis * 1_000,
      collections: collections.count,
      delayMillis: delay.percentile(99) / NANOS_PER_MILLI,
      rssMib: process.resourceUsage().maxRSS / 1_024,
    };
  };
}
