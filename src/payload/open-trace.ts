// Owns how far the encoding of one trace has come. Knows nothing of bytes.

import { type ChunkPlace, type ChunkTags, chunkTags } from './chunk-tags.js';
import { newPart, type TracePart } from './payload-series.js';
import type { TraceChunk } from './trace-chunks.js';

/** The trace that is being written, and its part in the open payload. */
export class OpenTrace implements ChunkPlace {
  readonly chunk: TraceChunk;
  readonly part: TracePart = newPart();
  /**
   * The tags of the chunk. Assumed without asking each span, which would cost every trace for the sake
   * of the few whose spans decide their own sampling: such a trace is encoded once more.
   */
  tags: ChunkTags;
  sampling: 'assumed' | 'known' = 'assumed';
  /** Index of the first span that is in no payload yet. */
  from = 0;
  /** Index of the next span. */
  at = 0;

  constructor(chunk: TraceChunk) {
    this.chunk = chunk;
    this.tags = chunkTags(chunk, undefined);
  }

  get isFirst(): boolean {
    return this.part.spans === 0;
  }
}
