// Owns what a process has spent between two moments, apart from time by the wall.

import { monitorEventLoopDelay, PerformanceObserver } from 'node:perf_hooks';
import { setImmediate as nextTurn } from 'node:timers/promises';

const NANOS_PER_MILLI = 1e6;
const KIB_PER_MIB = 1_024;

/**
 * @returns a function that ends the measurement: CPU of all threads, pauses of the garbage collector and
 * their number, and the largest resident size so far.
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
  const began = process.cpuUsage();
  return async () => {
    const { user, system } = process.cpuUsage(began);
    await nextTurn(); // what the observer has is handed over in a turn of its own
    observer.disconnect();
    return {
      cpuMicros: user + system,
      gcMicros: collections.millis * 1_000,
      collections: collections.count,
      rssMib: process.resourceUsage().maxRSS / KIB_PER_MIB,
    };
  };
}

/**
 * Wakes up every millisecond, which costs an idle process more than a span does.
 *
 * @returns a function that says the 99th percentile of the event loop's delay since, in ms.
 */
export function loopDelay() {
  const delay = monitorEventLoopDelay({ resolution: 1 });
  delay.enable();
  return () => {
    delay.disable();
    return delay.percentile(99) / NANOS_PER_MILLI;
  };
}
