// Owns spans that are encoded one after another as they end, until they are gathered by trace into payloads,
// when the tags of each chunk are known. Holds bytes, and copies of spans only where it must. Knows nothing of
// when spans are gathered, nor of where payloads go.

import type { TraceState } from '@opentelemetry/api';
import { type ChunkPlace, type ChunkTags, NO_PLACE, priorityOf } from './chunk-tags.js';
import { ChunkTagsWriter, type EncodedSpan } from './chunk-tags-writer.js';
import type { EncodableSpan } from './encodable-span.js';
import { parseTraceId } from './identifiers.js';
import { MsgpackWriter } from './msgpack-writer.js';
import { PayloadBuilder } from './payload-builder.js';
import { type EncodedPart, newPart, PayloadSeries, type TracePart } from './payload-series.js';
import { finalTags, newSegmentTrace, NO_MORE, type SegmentTrace } from './segment-trace.js';
import { copyOfSpan } from './span-copy.js';
import { noLosses, type UnwritableSpan } from './span-loss.js';
import { type MappingSettings, SpanWriter } from './span-writer.js';
import { TraceTable } from './trace-table.js';

/** What became of a span. */
type AddOutcome = 'added' | UnwritableSpan;

interface Chunk {
  readonly trace: SegmentTrace;
  readonly tags: ChunkTags;
}

/** Where spans are copied to. */
interface Place {
  readonly part: TracePart;
  readonly roomBytes: number;
}

/** Approximate memory of a trace of which no span could be encoded. */
const EMPTY_TRACE_BYTES = 256;

export class SpanSegment {
  readonly #maxPayloadBytes: number;
  readonly #bytes = new MsgpackWriter();
  readonly #spans: SpanWriter;
  readonly #chunkTags = new ChunkTagsWriter();
  readonly #payload = new MsgpackWriter();
  #traces = new TraceTable<SegmentTrace>();
  /**
   * The payload that `#bytes` are if no span has to be moved. With all spans copied into `#payload`,
   * `npm run bench -- pipelinePinned` shows a twentieth more.
   */
  #inPlace: PayloadBuilder | undefined;
  /** By the index of a span: where it starts, where its own tags end, where it ends, and the next of its trace. */
  readonly #starts: number[] = [];
  readonly #metaEnds: number[] = [];
  readonly #ends: number[] = [];
  readonly #nexts: number[] = [];
  /** Spans that set chunk tags themselves: they are encoded again when those of the chunk are known. */
  readonly #kept = new Map<number, EncodableSpan>();
  #count = 0;
  /** Number of spans that could not be encoded; each may have left a trace without spans. */
  #lost = 0;

  constructor(settings: MappingSettings, maxPayloadBytes: number) {
    this.#maxPayloadBytes = maxPayloadBytes;
    this.#spans = new SpanWriter(this.#bytes, settings);
  }

  get spanCount(): number {
    return this.#count;
  }

  get byteCount(): number {
    return this.#bytes.position + this.#lost * EMPTY_TRACE_BYTES;
  }

  /** Encodes the span as it is now. Never throws. */
  add(span: EncodableSpan): AddOutcome {
    const { position } = this.#bytes;
    const outcome = this.#tryToAdd(span);
    if (outcome !== 'added') this.#bytes.rewind(position);
    return outcome;
  }

  #tryToAdd(span: EncodableSpan): AddOutcome {
    try {
      const { traceId, traceState } = span.spanContext();
      const trace = this.#traces.find(traceId) ?? this.#newTrace(traceId, traceState);
      if (trace === undefined) return 'invalid_id';
      trace.traceState ??= traceState;
      const outcome = this.#append(span, trace);
      if (outcome !== 'added') this.#lost++;
      return outcome;
    } catch {
      return 'encode';
    }
  }

  /** Takes all spans out, as payloads; a trace is split only if it does not fit one of its own. */
  gather(): EncodedPart {
    try {
      return this.#isPayload ? this.#asPayload() : this.#byTrace();
    } finally {
      this.clear();
      this.#payload.shrink(this.#maxPayloadBytes * 2);
    }
  }

  /** Whether no span has to be moved: what was written is a payload but for its counts. */
  get #isPayload(): boolean {
    if (this.#kept.size > 0 || this.#bytes.position > this.#maxPayloadBytes) return false;
    let next = 0;
    for (const trace of this.#traces.all) {
      const { first, last, place } = trace;
      if (first === NO_MORE) continue;
      // Each begins where the one before it ends: then none has spans of another in between, either.
      if (first !== next || place.tags !== finalTags(trace)) return false;
      next = last + 1;
    }
    return true;
  }

  #asPayload(): EncodedPart {
    const payload = this.#inPlace;
    for (const { header, first, last } of this.#traces.all) {
      if (first === NO_MORE) continue;
      const spanCount = last - first + 1;
      this.#bytes.fillCount(header, spanCount);
      payload?.add(spanCount, this.#endOf(last));
    }
    const completed = payload?.completeLast();
    return { payloads: completed === undefined ? [] : [completed], dropped: noLosses() };
  }

  #byTrace(): EncodedPart {
    const series = new PayloadSeries(this.#payload, this.#maxPayloadBytes);
    for (const trace of this.#traces.all) {
      const chunk = { trace, tags: finalTags(trace) };
      let index = trace.first;
      while (index !== NO_MORE) index = this.#gatherPart(series, chunk, index);
    }
    series.completeLast();
    return series.takeReady();
  }

  /**
   * Forgets all spans. Makes a new table for the traces: a `Map` that is cleared points from its old memory to
   * its new one, so that all that was ever in it would outlive the young generation of the garbage collector.
   */
  clear(): void {
    this.#traces = new TraceTable();
    if (this.#kept.size > 0) this.#kept.clear();
    this.#count = 0;
    this.#lost = 0;
    this.#inPlace = undefined;
    this.#spans.beginBatch();
    this.#bytes.shrink(this.#maxPayloadBytes * 2);
  }

  #newTrace(traceIdHex: string, traceState: TraceState | undefined): SegmentTrace | undefined {
    const traceIdLow64 = parseTraceId(traceIdHex);
    if (traceIdLow64 === undefined) return undefined;
    const trace = newSegmentTrace({ traceIdHex, traceIdLow64 }, traceState);
    this.#traces.add(trace);
    return trace;
  }

  #append(span: EncodableSpan, trace: SegmentTrace): AddOutcome {
    const isFirst = trace.first === NO_MORE;
    if (isFirst) this.#openChunk(trace);
    const start = this.#bytes.position;
    const outcome = this.#spans.write(span, trace, isFirst ? trace.place : NO_PLACE);
    if (outcome === 'invalid_id' || outcome === 'encode') return outcome;
    if (outcome === 'decidesSampling') trace.priority = priorityOf(span) ?? trace.priority;
    const { metaEnd, metricsAt, isTaken } = this.#spans.chunkMark;
    if (isTaken) this.#kept.set(this.#count, copyOfSpan(span));
    if (isFirst) trace.metricsAt = metricsAt;
    this.#metaEnds[this.#count] = metaEnd;
    this.#link(trace, start, this.#bytes.position);
    return 'added';
  }

  /** Appends the span from `start` to `end` to those of its trace. */
  #link(trace: SegmentTrace, start: number, end: number): void {
    const index = this.#count++;
    this.#starts[index] = start;
    this.#ends[index] = end;
    this.#nexts[index] = NO_MORE;
    if (trace.first === NO_MORE) trace.first = index;
    else this.#nexts[trace.last] = index;
    trace.last = index;
  }

  #openChunk(trace: SegmentTrace): void {
    if (this.#bytes.position === 0) this.#inPlace = new PayloadBuilder(this.#bytes);
    trace.header = this.#bytes.openArray();
  }

  /** Returns the index of the span with which the next part begins. */
  #gatherPart(series: PayloadSeries, chunk: Chunk, from: number): number {
    const part = newPart();
    series.open(part);
    let index = from;
    while (index !== NO_MORE) {
      const at = this.#payload.position;
      const last = this.#lastOfRun(index, chunk, { part, roomBytes: series.room });
      const isCopied = last > index ? this.#copyRun(index, last) : this.#copy(index, chunk, part);
      if (series.room < 0) {
        const outcome = series.makeRoom(part, at);
        if (outcome === 'moved') return from;
        return outcome === 'split' ? index : (this.#nexts[index] ?? NO_MORE);
      }
      if (isCopied) part.spans += last - index + 1;
      else part.lost.encode++;
      index = this.#nexts[last] ?? NO_MORE;
    }
    series.close(part);
    return NO_MORE;
  }

  /** The last of the spans from `index` on that can be copied in one piece: they are neighbours, and none is changed. */
  #lastOfRun(index: number, { trace, tags }: Chunk, { part, roomBytes }: Place): number {
    if (tags.origin !== undefined || this.#kept.size > 0) return index;
    if (part.spans === 0 && this.#assumed(index, trace) !== tags) return index;
    let last = index;
    while (this.#nexts[last] === last + 1) last++;
    return this.#endOf(last) - this.#startOf(index) <= roomBytes ? last : index;
  }

  #copyRun(first: number, last: number): true {
    this.#payload.copyOf(this.#bytes, this.#startOf(first), this.#endOf(last));
    return true;
  }

  /** Returns whether the span was written: only encoding one again may fail. */
  #copy(index: number, { trace, tags }: Chunk, { spans }: TracePart): boolean {
    const isFirst = spans === 0;
    const kept = this.#kept.size > 0 ? this.#kept.get(index) : undefined;
    if (kept !== undefined) return this.#encodeAgain(kept, trace, { tags, isFirst });
    const span = this.#encoded(index, trace);
    if (isFirst) this.#chunkTags.first(this.#payload, span, tags);
    else this.#chunkTags.later(this.#payload, span, tags);
    return true;
  }

  #encoded(index: number, trace: SegmentTrace): EncodedSpan {
    const metaEnd = this.#metaEnds[index] ?? 0;
    return {
      bytes: this.#bytes,
      start: this.#startOf(index),
      metaEnd,
      metricsAt: index === trace.first ? trace.metricsAt : metaEnd,
      end: this.#endOf(index),
      assumed: this.#assumed(index, trace),
    };
  }

  /** The chunk tags that the span was written with. */
  #assumed(index: number, { first, place }: SegmentTrace): ChunkTags | undefined {
    return index === first && place.isFirst ? place.tags : undefined;
  }

  #encodeAgain(span: EncodableSpan, trace: SegmentTrace, place: ChunkPlace): boolean {
    const bytes = this.#bytes;
    const start = bytes.position;
    this.#spans.write(span, trace, place);
    const { position } = bytes;
    this.#payload.copyOf(bytes, start, position);
    bytes.rewind(start);
    return position > start;
  }

  #startOf(index: number): number {
    return this.#starts[index] ?? 0;
  }

  #endOf(index: number): number {
    return this.#ends[index] ?? 0;
  }
}
