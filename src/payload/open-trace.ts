// Owns how far the encoding of one trace has come, and how much of it is in the open payload. Knows nothing
// of bytes.

import { type ChunkPlace, type ChunkTags, chunkTags } from './chunk-tags.js';
import type { UnwritableSpan } from './span-loss.js';
import type { TraceChunk } from './trace-chunks.js';

/** The trace that is being written, and its part in the open payload. */
export interface OpenTrace extends ChunkPlace {
  readonly chunk: TraceChunk;
  /**
   * The tags of the chunk. Assumed without asking each span, which would cost every trace for the sake
   * of the few whose spans decide their own sampling: such a trace is encoded once more.
   */
  tags: ChunkTags;
  sampling: 'assumed' | 'known';
  /** Index of the first span that is in no payload yet. */
  from: number;
  /** Index of the next span. */
  at: number;
  startByte: number;
  header: number;
  written: number;
  isFirst: boolean;
  /** Spans of the part that could not be encoded, by reason. */
  lost: Record<UnwritableSpan, number>;
}

/** A trace of which nothing has been written. */
export function openTrace(chunk: TraceChunk): OpenTrace {
  return {
    chunk,
    tags: chunkTags(chunk, undefined),
    sampling: 'assumed',
    from: 0,
    at: 0,
    startByte: 0,
    header: 0,
    written: 0,
    isFirst: true,
    lost: { invalid_id: 0, encode: 0 },
  };
}

/** Begins another part of the trace, of which the header has been written. */
export function openPart(trace: OpenTrace, from: number, startByte: number, header: number): void {
  trace.from = from;
  trace.at = from;
  trace.startByte = startByte;
  trace.header = header;
  trace.written = 0;
  trace.isFirst = true;
  trace.lost.invalid_id = 0;
  trace.lost.encode = 0;
}
