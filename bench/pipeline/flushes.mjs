// Owns load that is as fast as the pipeline: a flush after every 100 traces, so that no queue overflows.

import { setImmediate as nextTurn } from 'node:timers/promises';
import { SPANS_PER_TRACE } from '../spans/shop.mjs';

const TRACES_PER_FLUSH = 100;
export const SPANS_PER_FLUSH = TRACES_PER_FLUSH * SPANS_PER_TRACE;

/** @param count a multiple of what is flushed at once. */
export async function sendInFlushes({ emitTrace, flush }, count) {
  for (let done = 0; done < count; done += SPANS_PER_FLUSH) {
    for (let i = 0; i < TRACES_PER_FLUSH; i++) emitTrace();
    await nextTurn();
    await flush();
  }
}
