// Owns waiting in tests for something that announces itself by no event: looks once per turn of the
// event loop, with a deadline.

import { setImmediate } from 'node:timers/promises';
import { wallMillis } from './wall-time.js';

/** @throws Error after `timeoutMillis`. */
export async function until(
  what: string,
  isTrue: () => boolean,
  timeoutMillis = 20_000,
): Promise<void> {
  const deadline = wallMillis() + timeoutMillis;
  while (!isTrue()) {
    if (wallMillis() > deadline) throw new Error(`not within ${timeoutMillis} ms: ${what}`);
    await setImmediate();
  }
}
