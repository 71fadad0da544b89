// Owns waiting in tests for something that announces itself by no event: looks once per turn of the
// event loop, with a deadline.

import { setImmediate } from 'node:timers/promises';

/** @throws Error after `timeoutMillis`. */
export async function until(
  what: string,
  isTrue: () => boolean,
  timeoutMillis = 5_000,
): Promise<void> {
  const deadline = performance.now() + timeoutMillis;
  while (!isTrue()) {
    if (performance.now() > deadline) throw new Error(`not within ${timeoutMillis} ms: ${what}`);
    await setImmediate();
  }
}
