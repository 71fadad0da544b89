// Owns spans that are encoded one after another as they end, until they are gathered by trace into payloads,
// when the tags of each chunk are known. Holds bytes, and copies of spans only where it must. Knows nothing of
// when spans are gathered, nor of where payloads go.

import type { TraceState } from '@opentelemetry/api';
import { type ChunkPlace, type ChunkTags, chunkTags, NO_PLACE, priorityOf } from './chunk-tags.js';
import { ChunkTagsWriter } from './chunk-tags-writer.js';
import type { EncodableSpan } from './encodable-span.js';
import { type ChunkPart, type GatheredSpans, Gathering } from './gathering.js';
import { parseTraceId } from './identifiers.js';
import { MsgpackWriter } from './msgpack-writer.js';
import { copyOfSpan } from './span-copy.js';
import type { TraceIdentity } from './span-header.js';
import type { UnwritableSpan } from './span-loss.js';
import { type MappingSettings, SpanWriter } from './span-writer.js';
import { TraceTable } from './trace-table.js';

/** What became of a span. */
export type AddOutcome = 'added' | UnwritableSpan;

/** The spans of a trace, as a linked list of their indexes. */
interface TraceRecord extends TraceIdentity {
  /** The trace state of the first span that has one. */
  traceState: TraceState | undefined;
  /** The sampling priority that the last deciding span asks for. */
  priority: number | undefined;
  first: number;
  last: number;
}

interface Chunk {
  readonly trace: TraceRecord;
  readonly tags: ChunkTags;
}

const NO_MORE = -1;
/** Approximate memory of a trace of which no span could be encoded. */
const EMPTY_TRACE_BYTES = 256;

export class SpanSegment {
  readonly #maxPayloadBytes: number;
  readonly #bytes = new MsgpackWriter();
  readonly #spans: SpanWriter;
  readonly #chunkTags = new ChunkTagsWriter();
  readonly #payload = new MsgpackWriter();
  #traces = new TraceTable<TraceRecord>();
  /** By the index of a span: where it starts, where its own tags end, and the next span of its trace. */
  readonly #starts: number[] = [];
  readonly #metaEnds: number[] = [];
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
    try {
      const { traceId, traceState } = span.spanContext();
      const trace = this.#traces.find(traceId) ?? this.#newTrace(traceId);
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
  gather(): GatheredSpans {
    const gathering = new Gathering(this.#payload, this.#maxPayloadBytes);
    for (const trace of this.#traces.all) {
      const tags = chunkTags(trace, trace.priority);
      let index = trace.first;
      while (index !== NO_MORE) index = this.#gatherPart(gathering, { trace, tags }, index);
    }
    this.clear();
    const gathered = gathering.end();
    this.#payload.shrink(this.#maxPayloadBytes * 2);
    return gathered;
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
    this.#bytes.shrink(this.#maxPayloadBytes * 2);
  }

  #newTrace(traceIdHex: string): TraceRecord | undefined {
    const traceIdLow64 = parseTraceId(traceIdHex);
    if (traceIdLow64 === undefined) return undefined;
    const trace: TraceRecord = {
      traceIdHex,
      traceIdLow64,
      traceState: undefined,
      priority: undefined,
      first: NO_MORE,
      last: NO_MORE,
    };
    this.#traces.add(trace);
    return trace;
  }

  #append(span: EncodableSpan, trace: TraceRecord): AddOutcome {
    const start = this.#bytes.position;
    const outcome = this.#spans.write(span, trace, NO_PLACE);
    if (outcome === 'invalid_id' || outcome === 'encode') return outcome;
    if (outcome === 'decidesSampling') trace.priority = priorityOf(span) ?? trace.priority;
    const index = this.#count++;
    const { metaEnd, isTaken } = this.#spans.chunkMark;
    this.#starts[index] = start;
    this.#metaEnds[index] = metaEnd;
    this.#nexts[index] = NO_MORE;
    this.#starts[index + 1] = this.#bytes.position;
    if (isTaken) this.#kept.set(index, copyOfSpan(span));
    if (trace.first === NO_MORE) trace.first = index;
    else this.#nexts[trace.last] = index;
    trace.last = index;
    return 'added';
  }

  /** Returns the index of the span with which the next part begins. */
  #gatherPart(gathering: Gathering, chunk: Chunk, from: number): number {
    const { traceIdHex } = chunk.trace;
    const part = gathering.openPart();
    let index = from;
    while (index !== NO_MORE) {
      const at = this.#payload.position;
      const last = part.spans === 0 ? index : this.#lastOfRun(index, chunk, gathering.room);
      const isCopied = last > index ? this.#copyRun(index, last) : this.#copy(index, chunk, part);
      if (gathering.hasOverflowed) {
        const isLost = gathering.cutPart(part, at, traceIdHex) === 'too_large';
        if (isLost) return this.#nexts[index] ?? NO_MORE;
        return part.spans === 0 ? from : index;
      }
      if (isCopied) part.spans += last - index + 1;
      else part.unencodable++;
      index = this.#nexts[last] ?? NO_MORE;
    }
    gathering.closePart(part, traceIdHex);
    return NO_MORE;
  }

  /** The last of the spans from `index` on that can be copied in one piece. */
  #lastOfRun(index: number, { tags }: Chunk, roomBytes: number): number {
    if (tags.origin !== undefined || this.#kept.size > 0) return index;
    let last = index;
    while (this.#nexts[last] === last + 1) last++;
    return this.#endOf(last) - this.#startOf(index) <= roomBytes ? last : index;
  }

  #copyRun(first: number, last: number): true {
    this.#payload.copyOf(this.#bytes, this.#startOf(first), this.#endOf(last));
    return true;
  }

  /** Returns whether the span was written: only encoding one again may fail. */
  #copy(index: number, { trace, tags }: Chunk, { spans }: ChunkPart): boolean {
    const isFirst = spans === 0;
    const kept = this.#kept.size > 0 ? this.#kept.get(index) : undefined;
    if (kept !== undefined) return this.#encodeAgain(kept, trace, { tags, isFirst });
    const bytes = this.#bytes;
    const metaEnd = this.#metaEnds[index] ?? 0;
    const span = { bytes, start: this.#startOf(index), metaEnd, end: this.#endOf(index) };
    if (isFirst) this.#chunkTags.first(this.#payload, span, tags);
    else this.#chunkTags.later(this.#payload, span, tags);
    return true;
  }

  #encodeAgain(span: EncodableSpan, trace: TraceRecord, place: ChunkPlace): boolean {
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
    return this.#startOf(index + 1);
  }
}
