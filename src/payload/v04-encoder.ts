// Owns the v0.4 form of a batch: an array of chunks, each an array of span maps, cut into payloads
// of a bounded size. Knows nothing of how payloads travel.

import type { ReadableSpan } from '../sdk-contract.js';
import { MsgpackWriter } from './msgpack-writer.js';
import { type Payload, PayloadBuilder } from './payload-builder.js';
import { type MappingSettings, SpanWriter } from './span-writer.js';
import { type ChunkSpan, groupByTrace, type TraceChunk } from './trace-chunks.js';
import type { ChunkTags } from './well-known-tags.js';

export type EncodeDropReason = 'invalid_id' | 'encode' | 'too_large';

export interface EncodedBatch {
  readonly payloads: readonly Payload[];
  /** Spans that are in no payload, by reason. */
  readonly dropped: Readonly<Record<EncodeDropReason, number>>;
}

const NO_TRACE_ID_HIGH = '0000000000000000';
/** What the Agent gives a trace of the OTLP path that no sampling rule of Datadog decided. */
const DECIDED_BY_OTEL_SAMPLER = '-9';
const AUTO_KEEP = 1;

/** A chunk as far as it was written. */
interface WrittenPart {
  /** Index of the first span that did not fit. */
  readonly end: number;
  readonly written: number;
  /** Spans before `end` that could not be encoded. */
  readonly failed: number;
}

export class V04Encoder {
  readonly #settings: MappingSettings;
  readonly #maxPayloadBytes: number;
  readonly #writer = new MsgpackWriter();
  readonly #spans: SpanWriter;
  #encoding = false;

  constructor(settings: MappingSettings, maxPayloadBytes: number) {
    this.#settings = settings;
    this.#maxPayloadBytes = maxPayloadBytes;
    this.#spans = new SpanWriter(this.#writer, settings);
  }

  /** Encodes the spans as they are now; later changes to them do not matter. Never throws. */
  encode(spans: readonly ReadableSpan[]): EncodedBatch {
    // A getter of a span may call export(); the bytes of the outer call must not be disturbed.
    if (this.#encoding) return new V04Encoder(this.#settings, this.#maxPayloadBytes).encode(spans);
    this.#encoding = true;
    try {
      return this.#encodeBatch(spans);
    } finally {
      this.#encoding = false;
      this.#writer.shrink(this.#maxPayloadBytes * 2);
    }
  }

  #encodeBatch(spans: readonly ReadableSpan[]): EncodedBatch {
    const { chunks, invalidIds, unreadable } = groupByTrace(spans);
    const dropped = { invalid_id: invalidIds, encode: unreadable, too_large: 0 };
    const payload = new PayloadBuilder(this.#writer);
    for (const chunk of chunks) {
      for (let from = 0; from < chunk.spans.length;) {
        from = this.#encodePart(chunk, from, payload, dropped);
      }
    }
    return { payloads: payload.finish(), dropped };
  }

  /**
   * Encodes the spans of a trace from `from` on: all of them, or as many as fill a payload.
   *
   * @returns where to go on.
   */
  #encodePart(
    chunk: TraceChunk,
    from: number,
    payload: PayloadBuilder,
    dropped: Record<EncodeDropReason, number>,
  ): number {
    const start = this.#writer.position;
    const part = this.#writePart(chunk, from, payload);
    const isComplete = part.end === chunk.spans.length;
    if (!isComplete && !payload.isEmpty) {
      // A trace is split over payloads only if it does not fit one of its own.
      this.#writer.rewind(start);
      payload.next();
      return from;
    }
    dropped.encode += part.failed;
    if (part.written > 0) payload.add(part.written);
    else this.#writer.rewind(start);
    if (isComplete) return part.end;
    payload.next();
    if (part.written > 0) return part.end;
    dropped.too_large++;
    return part.end + 1;
  }

  #writePart(chunk: TraceChunk, from: number, payload: PayloadBuilder): WrittenPart {
    const header = this.#writer.openArray();
    let written = 0;
    let end = from;
    for (const item of chunk.spans.slice(from)) {
      const position = this.#writer.position;
      if (this.#tryWrite(chunk, item, written === 0)) {
        if (payload.bytes > this.#maxPayloadBytes) {
          this.#writer.rewind(position);
          break;
        }
        written++;
      }
      end++;
    }
    this.#writer.fillCount(header, written);
    return { end, written, failed: end - from - written };
  }

  /** Writes a span; one that throws while it is read costs itself and leaves no byte. */
  #tryWrite(chunk: TraceChunk, item: ChunkSpan, isFirst: boolean): boolean {
    const position = this.#writer.position;
    try {
      this.#spans.write(item, chunk, isFirst ? chunkTags(chunk) : undefined);
      return true;
    } catch {
      this.#writer.rewind(position);
      return false;
    }
  }
}

function chunkTags(chunk: TraceChunk): ChunkTags {
  const { highHex } = chunk.traceId;
  return {
    traceIdHigh: highHex === NO_TRACE_ID_HIGH ? undefined : highHex,
    decisionMaker: DECIDED_BY_OTEL_SAMPLER,
    samplingPriority: AUTO_KEEP,
  };
}
