// Owns putting the tags of a chunk into spans that were encoded before the chunk was known: behind their
// own tags, and before their own metrics. Knows nothing of what the tags say.

import { BoundedMemo } from './bounded-memo.js';
import { ORIGIN, SAMPLING_PRIORITY, TRACE_ID_HIGH } from './chunk-tag-names.js';
import type { ChunkTags } from './chunk-tags.js';
import { constantText, encodedText } from './encoded-text.js';
import { MAX_TAG_VALUE_BYTES } from './limits.js';
import type { MsgpackWriter } from './msgpack-writer.js';
import { META_COUNT_AT } from './span-header.js';
import { wireKey } from './tag-keys.js';

/** Between the last tag and the first metric: the key `metrics`, a map header and its count. */
const METRICS_COUNT_AT = encodedText('metrics').length + 1;
const METRICS_START = METRICS_COUNT_AT + 4;

/** A span as it was encoded. */
export interface EncodedSpan {
  readonly bytes: MsgpackWriter;
  readonly start: number;
  readonly metaEnd: number;
  readonly end: number;
}

export class ChunkTagsWriter {
  readonly #keys = new BoundedMemo((key) => constantText(wireKey(key)));
  readonly #origin = constantText(ORIGIN);
  readonly #traceIdHigh = constantText(TRACE_ID_HIGH);
  readonly #priority = constantText(SAMPLING_PRIORITY);

  /** Writes the first span of a chunk. */
  first(writer: MsgpackWriter, { bytes, start, metaEnd, end }: EncodedSpan, tags: ChunkTags): void {
    const at = writer.position;
    writer.copyOf(bytes, start, metaEnd);
    const metaCount = this.#originOf(writer, tags) + this.#ofFirst(writer, tags);
    writer.addToCount(at + META_COUNT_AT, metaCount);
    const metrics = writer.position;
    writer.copyOf(bytes, metaEnd, metaEnd + METRICS_START);
    writer.numberEntry(this.#priority, tags.samplingPriority);
    writer.addToCount(metrics + METRICS_COUNT_AT, 1);
    writer.copyOf(bytes, metaEnd + METRICS_START, end);
  }

  /** Writes any other span of a chunk. */
  later(writer: MsgpackWriter, { bytes, start, metaEnd, end }: EncodedSpan, tags: ChunkTags): void {
    if (tags.origin === undefined) return writer.copyOf(bytes, start, end);
    const at = writer.position;
    writer.copyOf(bytes, start, metaEnd);
    writer.addToCount(at + META_COUNT_AT, this.#originOf(writer, tags));
    writer.copyOf(bytes, metaEnd, end);
  }

  #originOf(writer: MsgpackWriter, { origin }: ChunkTags): number {
    if (origin === undefined) return 0;
    writer.entry(this.#origin, origin, MAX_TAG_VALUE_BYTES);
    return 1;
  }

  #ofFirst(writer: MsgpackWriter, { traceIdHigh, propagated }: ChunkTags): number {
    if (traceIdHigh !== undefined)
      writer.entry(this.#traceIdHigh, traceIdHigh, MAX_TAG_VALUE_BYTES);
    for (const { key, value } of propagated) {
      writer.entry(this.#keys.get(key), value, MAX_TAG_VALUE_BYTES);
    }
    return propagated.length + (traceIdHigh === undefined ? 0 : 1);
  }
}
