// Owns batches of ended spans, of the size that the SDK's batch processor exports.

import { newProvider, CollectingProcessor } from './pipeline.mjs';
import { integerBelow } from './random.mjs';
import { spansOfShape } from './shapes.mjs';
import { shopTraces } from './shop.mjs';

export const BATCH_SPANS = 512;
/** How far apart spans that belong together may be when traces run side by side. */
const WINDOW = 64;

/** @returns a function that makes a batch of new spans: `shop`, or a shape by its name. */
export function batchesOf(kind) {
  const collected = new CollectingProcessor();
  const emit = kind === 'shop' ? shopTraces(newProvider(collected)) : spansOfShape(collected, kind);
  return () => {
    while (collected.count < BATCH_SPANS) emit();
    return collected.take(BATCH_SPANS);
  };
}

/** In an order that mixes neighbours, as of traces that ran at once. */
export function interleaved(batch) {
  const spans = [...batch];
  for (let i = spans.length - 1; i > 0; i--) {
    const other = i - integerBelow(Math.min(WINDOW, i + 1));
    [spans[i], spans[other]] = [spans[other], spans[i]];
  }
  return spans;
}
