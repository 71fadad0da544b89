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
/** The size of a priority that can be replaced: one from a trace state has one digit. */
const PRIORITY_BYTES = 1;

/** An encoded span, by its offsets in `bytes`. */
export interface EncodedSpan {
  readonly bytes: MsgpackWriter;
  readonly start: number;
  /** The end of its own tags in `meta`. */
  readonly metaEnd: number;
  /** Where `metrics` begins: right after those, or after the chunk tags that were assumed. */
  readonly metricsAt: number;
  readonly end: number;
  /** The chunk tags that are in it already, if it was written as the first of its chunk: only such as `areReplaceable`. */
  readonly assumed: ChunkTags | undefined;
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

  /** Copies the first span of a chunk and puts the chunk tags in, in place of those that were assumed. */
  first(writer: MsgpackWriter, span: EncodedSpan, tags: ChunkTags): void {
    const { bytes, start, metaEnd, metricsAt, end, assumed } = span;
    if (tags === assumed) return writer.copyOf(bytes, start, end);
    const isTagged = assumed !== undefined;
    const at = writer.position;
    writer.copyOf(bytes, start, metaEnd);
    const texts = this.write(writer, at, tags, true);
    writer.addToCount(at + META_COUNT_AT, isTagged ? texts - textsOfFirst(assumed) : texts);
    const metrics = writer.position;
    const metricsStart = metricsAt + METRICS_START;
    writer.copyOf(bytes, metricsAt, metricsStart);
    writer.numberEntry(this.#priority, tags.samplingPriority);
    if (!isTagged) writer.addToCount(metrics + METRICS_COUNT_AT, 1);
    const priorityBytes = isTagged ? this.#priority.size + PRIORITY_BYTES : 0;
    writer.copyOf(bytes, metricsStart + priorityBytes, end);
  }

  /** Copies any other span of a chunk, one without chunk tags, and puts those in that it carries. */
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
    return textsOfFirst(tags);
  }
}

/**
 * Whether `first` can replace these tags, which a trace state gave, in a span that was written with them. An origin is in
 * the other spans, too. Propagated tags keep the span from setting these itself, which stays right: the chunk has them
 * whatever else changes.
 */
export function areReplaceable({ origin, samplingPriority }: ChunkTags): boolean {
  return samplingPriority >= 0 && origin === undefined;
}

/** Number of chunk tags that are text and that only the first span has. */
function textsOfFirst({ hasTraceIdHigh, decisionMaker, propagated }: ChunkTags): number {
  return propagated.length + Number(hasTraceIdHigh) + Number(decisionMaker !== undefined);
}
