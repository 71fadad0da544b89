// Owns what is kept of a trace while its spans are encoded one by one. Knows nothing of how they are written.

import type { TraceState } from '@opentelemetry/api';
import { type ChunkPlace, type ChunkTags, chunkTags, NO_PLACE } from './chunk-tags.js';
import { areReplaceable } from './chunk-tags-writer.js';
import type { TraceIdentity } from './span-header.js';

/** A trace, its spans as a linked list of their indexes. */
export interface SegmentTrace extends TraceIdentity {
  /** The trace state of the first span that has one. */
  traceState: TraceState | undefined;
  /** The sampling priority that the last deciding span asks for. */
  priority: number | undefined;
  /** The tags of the chunk as far as `assumedOf` tells, the trace state of the span that came first. */
  readonly assumed: ChunkTags;
  readonly assumedOf: TraceState | undefined;
  /** How the first of the spans is encoded: with the assumed tags, if they can be replaced. */
  readonly place: ChunkPlace;
  /** Where the number of spans goes, right before the first one. */
  header: number;
  /** Where `metrics` begins in the first span. */
  metricsAt: number;
  first: number;
  last: number;
}

/** Instead of the index of a span. */
export const NO_MORE = -1;

/** A trace without spans. */
export function newSegmentTrace(
  { traceIdHex, traceIdLow64 }: TraceIdentity,
  traceState: TraceState | undefined,
): SegmentTrace {
  const assumed = chunkTags({ traceIdHex, traceState }, undefined);
  return {
    traceIdHex,
    traceIdLow64,
    traceState,
    priority: undefined,
    assumed,
    assumedOf: traceState,
    place: areReplaceable(assumed) ? { tags: assumed, isFirst: true } : NO_PLACE,
    header: 0,
    metricsAt: 0,
    first: NO_MORE,
    last: NO_MORE,
  };
}

/** The tags of the chunk when all spans are known; the very object that was assumed, if that was right. */
export function finalTags(trace: SegmentTrace): ChunkTags {
  const { priority, traceState, assumed, assumedOf } = trace;
  const isAsAssumed = priority === undefined && traceState === assumedOf;
  return isAsAssumed ? assumed : chunkTags(trace, priority);
}
