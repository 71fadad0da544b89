// Owns the v0.4 form of a batch: an array of chunks, each an array of span maps, cut into payloads
// of a bounded size. Knows nothing of how payloads travel.

import type { ReadableSpan } from '../sdk-contract.js';
import { type ChunkTags, chunkTags, samplingPriorityOf } from './chunk-tags.js';
import { MsgpackWriter } from './msgpack-writer.js';
import { type Payload, PayloadBuilder } from './payload-builder.js';
import { type MappingSettings, SpanWriter } from './span-writer.js';
import { type ChunkSpan, groupByTrace, type TraceChunk } from './trace-chunks.js';

export type EncodeDropReason = 'invalid_id' | 'encode' | 'too_large';

export interface EncodedBatch {
  readonly payloads: readonly Payload[];
  /** Spans that are in no payload, by reason. */
  readonly dropped: Readonly<Record<EncodeDropReason, number>>;
}

/** How far the encoding of a trace has come. */
interface TraceProgress {
  readonly chunk: TraceChunk;
  /** Index of the first span that is in no payload yet. */
  from: number;
  /**
   * What the chunk says of itself. Assumed without asking each span, which would cost every trace
   * for the sake of the few whose spans decide their own sampling; then it is encoded once more.
   */
  tags: ChunkTags;
  sampling: 'assumed' | 'known';
}

/** A chunk as far as it was written. */
interface WrittenPart {
  /** Index of the first span that did not fit. */
  readonly end: number;
  readonly written: number;
  /** Spans before `end` that could not be encoded. */
  readonly failed: number;
  /** Whether a span asks for a sampling priority. */
  readonly decidesSampling: boolean;
}

type WriteOutcome = 'failed' | 'written' | 'decidesSampling';

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

  /** Encodes the spans as they are now; later changes to them do not matter. */
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
      const tags = chunkTags(chunk, undefined);
      const trace: TraceProgress = { chunk, from: 0, tags, sampling: 'assumed' };
      while (trace.from < chunk.spans.length) this.#encodePart(trace, payload, dropped);
    }
    return { payloads: payload.finish(), dropped };
  }

  /** Encodes the rest of a trace, or as much of it as fills a payload. */
  #encodePart(
    trace: TraceProgress,
    payload: PayloadBuilder,
    dropped: Record<EncodeDropReason, number>,
  ): void {
    const start = this.#writer.position;
    const part = this.#writePart(trace, payload);
    const isComplete = part.end === trace.chunk.spans.length;
    if (!isComplete && !payload.isEmpty) {
      // A trace is split over payloads only if it does not fit one of its own.
      this.#writer.rewind(start);
      return payload.next();
    }
    if (trace.sampling === 'assumed' && (part.decidesSampling || !isComplete)) {
      trace.tags = chunkTags(trace.chunk, samplingPriorityOf(trace.chunk));
      trace.sampling = 'known';
      return this.#writer.rewind(start);
    }
    dropped.encode += part.failed;
    trace.from = part.end;
    const [first] = trace.chunk.spans;
    if (part.written > 0 && first !== undefined) payload.add(part.written, first.traceIdHex);
    else this.#writer.rewind(start);
    if (isComplete) return;
    payload.next();
    if (part.written > 0) return;
    dropped.too_large++;
    trace.from++;
  }

  #writePart({ chunk, from, tags }: TraceProgress, payload: PayloadBuilder): WrittenPart {
    const header = this.#writer.openArray();
    let written = 0;
    let end = from;
    let decidesSampling = false;
    for (const item of chunk.spans.slice(from)) {
      const position = this.#writer.position;
      const outcome = this.#tryWrite(item, tags, written === 0);
      if (payload.bytes > this.#maxPayloadBytes) {
        this.#writer.rewind(position);
        break;
      }
      if (outcome !== 'failed') written++;
      decidesSampling ||= outcome === 'decidesSampling';
      end++;
    }
    this.#writer.fillCount(header, written);
    return { end, written, failed: end - from - written, decidesSampling };
  }

  /** Writes a span; one that throws while it is read costs itself and leaves no byte. */
  #tryWrite(item: ChunkSpan, tags: ChunkTags, isFirst: boolean): WriteOutcome {
    const position = this.#writer.position;
    try {
      return this.#spans.write(item, tags, isFirst) ? 'decidesSampling' : 'written';
    } catch {
      this.#writer.rewind(position);
      return 'failed';
    }
  }
}
