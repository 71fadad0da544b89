// Owns load at a given rate: with pauses of ten milliseconds, the traces that are due by then.

import { setTimeout as pause } from 'node:timers/promises';
import { SPANS_PER_TRACE } from '../spans/shop.mjs';

const TICK_MILLIS = 10;

/** Calls `onTick` after each burst. */
export async function offer(emitTrace, { spansPerSecond, seconds }, onTick) {
  const total = (spansPerSecond * seconds) / SPANS_PER_TRACE;
  const tracesPerMilli = spansPerSecond / SPANS_PER_TRACE / 1_000;
  const began = performance.now();
  for (let made = 0; made < total;) {
    const due = Math.min(total, (performance.now() - began) * tracesPerMilli);
    for (; made < due; made++) emitTrace();
    onTick();
    await pause(TICK_MILLIS);
  }
}
