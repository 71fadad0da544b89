// Owns writing chunk tags after a span's own tags, also into spans that were encoded before their chunk was
// known. Knows nothing of what the tags say.

import { BoundedMemo } from './bounded-memo.js';
import { DECISION_MAKER, ORIGIN, SAMPLING_PRIORITY, TRACE_ID_HIGH } from './chunk-tag-names.js';
import type { ChunkTags } from './chunk-tags.js';
import { constantOf, constantText, encodedText } from './encoded-text.js';
import { MAX_TAG_KEY_BYTES, MAX_TAG_VALUE_BYTES } from './limits.js';
import type { MsgpackWriter } from './msgpack-writer.js';
import { META_COUNT_AT, TRACE_ID_TEXT_AT } from './span-header.js';
import { wireKey } from './tag-keys.js';

/** Offsets from the end of `meta`, past the key `metrics` and a map header, to its count and the first metric. */
const METRICS_COUNT_AT = encodedText('metrics').length + 1;
const METRICS_START = METRICS_COUNT_AT + 4;
/** Half of the digits of a trace id, in words. */
const TRACE_ID_HIGH_WORDS = 2;
/** The header of a string of 16 characters. */
const TRACE_ID_HIGH_HEADER = 0xb0;

/** An encoded span, by its offsets in `bytes`. */
export interface EncodedSpan {
  readonly bytes: MsgpackWriter;
  readonly start: number;
  readonly metaEnd: number;
  readonly end: number;
}

export class ChunkTagsWriter {
  readonly #makers = new BoundedMemo((maker) => {
    const value = encodedText(maker, MAX_TAG_VALUE_BYTES);
    return constantOf(Buffer.concat([encodedText(DECISION_MAKER), value]));
  });
  readonly #origin = constantText(ORIGIN);
  readonly #traceIdHigh = constantOf(
    Uint8Array.of(...encodedText(TRACE_ID_HIGH), TRACE_ID_HIGH_HEADER),
  );
  readonly #priority = constantText(SAMPLING_PRIORITY);

  /**
   * Writes the chunk tags that are text into the span that began at `spanStart`.
   *
   * @returns how many were written.
   */
  write(writer: MsgpackWriter, spanStart: number, tags: ChunkTags, isFirst: boolean): number {
    let count = 0;
    if (tags.origin !== undefined) {
      writer.entry(this.#origin, tags.origin, MAX_TAG_VALUE_BYTES);
      count++;
    }
    return isFirst ? count + this.#ofFirst(writer, spanStart, tags) : count;
  }

  /** Copies the first span of a chunk and puts the chunk tags in. */
  first(writer: MsgpackWriter, { bytes, start, metaEnd, end }: EncodedSpan, tags: ChunkTags): void {
    const at = writer.position;
    writer.copyOf(bytes, start, metaEnd);
    writer.addToCount(at + META_COUNT_AT, this.write(writer, at, tags, true));
    const metrics = writer.position;
    writer.copyOf(bytes, metaEnd, metaEnd + METRICS_START);
    writer.numberEntry(this.#priority, tags.samplingPriority);
    writer.addToCount(metrics + METRICS_COUNT_AT, 1);
    writer.copyOf(bytes, metaEnd + METRICS_START, end);
  }

  /** Copies any other span of a chunk and puts the chunk tags in. */
  later(writer: MsgpackWriter, { bytes, start, metaEnd, end }: EncodedSpan, tags: ChunkTags): void {
    if (tags.origin === undefined) return writer.copyOf(bytes, start, end);
    const at = writer.position;
    writer.copyOf(bytes, start, metaEnd);
    writer.addToCount(at + META_COUNT_AT, this.write(writer, at, tags, false));
    writer.copyOf(bytes, metaEnd, end);
  }

  #ofFirst(writer: MsgpackWriter, spanStart: number, tags: ChunkTags): number {
    const { hasTraceIdHigh, decisionMaker, propagated } = tags;
    if (hasTraceIdHigh) {
      writer.constant(this.#traceIdHigh);
      writer.copyWords(spanStart + TRACE_ID_TEXT_AT, TRACE_ID_HIGH_WORDS);
    }
    if (decisionMaker !== undefined) writer.constant(this.#makers.get(decisionMaker));
    for (const { key, value } of propagated) {
      writer.text(wireKey(key), MAX_TAG_KEY_BYTES);
      writer.text(value, MAX_TAG_VALUE_BYTES);
    }
    return propagated.length + Number(hasTraceIdHigh) + Number(decisionMaker !== undefined);
  }
}
