// Owns how far the encoding of one batch has come: an array of chunks, each an array of span maps, cut
// into payloads of a bounded size. Can pause after any span, so that a batch does not block the process, and
// still keeps a trace together. Knows nothing of when it pauses, nor of how payloads travel.

import type { ReadableSpan } from '../sdk-contract.js';
import { chunkTags, samplingPriorityOf } from './chunk-tags.js';
import type { EncodableSpan } from './encodable-span.js';
import type { ParkedBytes } from './growing-buffer.js';
import type { MsgpackWriter } from './msgpack-writer.js';
import { openPart, type OpenTrace, openTrace } from './open-trace.js';
import { type Payload, PayloadBuilder } from './payload-builder.js';
import { copyOfSpan, keepFrom } from './span-copy.js';
import { noLosses, type SpanLosses } from './span-loss.js';
import type { SpanWriter } from './span-writer.js';
import { TraceGrouping } from './trace-chunks.js';

/** What a call of `advance` or `cut` has come to. */
export interface EncodedPart {
  readonly payloads: readonly Payload[];
  /** Spans that are in no payload, by reason. */
  readonly dropped: SpanLosses;
}

/** Spans that become payloads step by step. */
export interface SpanEncoding {
  readonly isDone: boolean;
  /** Whether encoding proper has begun. */
  readonly hasBegun: boolean;
  /** Bytes of the payload that is not complete yet, headers included; 0 if it has no spans. */
  readonly openBytes: number;
  /** Encodes up to so many further spans as they are now; none after those with which `maxBytes` is reached. */
  advance(maxSpans: number, maxBytes?: number): EncodedPart;
  /** Completes the open payload before it is full. */
  cut(): EncodedPart;
  /** Makes sure that later changes to the spans do not matter. */
  keepRest(): void;
}

/** What the encodings of an encoder share, and use one at a time. */
export interface EncodingTools {
  readonly writer: MsgpackWriter;
  readonly spans: SpanWriter;
  readonly maxPayloadBytes: number;
  isWriting: boolean;
}

type EncodingState =
  | { readonly phase: 'begun' }
  | { readonly phase: 'paused'; readonly payload: PayloadBuilder; readonly bytes: ParkedBytes }
  | { readonly phase: 'writing'; readonly payload: PayloadBuilder }
  | { readonly phase: 'done' };

/** Grouping a span takes about a quarter of the time that encoding it does. */
const GROUPED_PER_ENCODED = 4;

export class V04Encoding implements SpanEncoding {
  readonly #tools: EncodingTools;
  #spans: readonly EncodableSpan[];
  readonly #grouping = new TraceGrouping();
  #grouped = 0;
  /** Index of the next chunk. */
  #nextChunk = 0;
  /** Bytes that are left of those of `advance`. */
  #bytesLeft = 0;
  #trace: OpenTrace | undefined;
  #state: EncodingState = { phase: 'begun' };
  #ready: Payload[] = [];
  #dropped = noLosses();

  constructor(spans: readonly ReadableSpan[], tools: EncodingTools) {
    this.#spans = spans;
    this.#tools = tools;
  }

  get isDone(): boolean {
    return this.#state.phase === 'done';
  }

  /** Whether all spans are grouped and some of them encoded. */
  get hasBegun(): boolean {
    return this.#nextChunk > 0;
  }

  get openBytes(): number {
    if (this.#state.phase !== 'paused') return 0;
    const { payload, bytes } = this.#state;
    const isEmpty = payload.isEmpty && (this.#trace === undefined || this.#trace.written === 0);
    return isEmpty ? 0 : bytes.position;
  }

  advance(maxSpans: number, maxBytes: number = Infinity): EncodedPart {
    return this.#write((payload) => {
      this.#group(maxSpans * GROUPED_PER_ENCODED);
      if (this.#grouped < this.#spans.length) return;
      let left = maxSpans;
      this.#bytesLeft = maxBytes;
      while (left > 0 && this.#bytesLeft > 0 && !this.#isAtEnd) {
        left -= this.#writeSpans(payload, left);
      }
      if (this.#isAtEnd) this.#finish(payload);
    });
  }

  cut(): EncodedPart {
    return this.#write((payload) => {
      const trace = this.#trace;
      if (trace === undefined) this.#complete(payload);
      else if (!payload.isEmpty) this.#moveToNextPayload(trace, payload);
      else if (this.#knowsSampling(trace)) this.#splitTrace(trace, payload);
    });
  }

  keepRest(): void {
    this.#spans = this.#spans.slice(this.#grouped).map(copyOfSpan);
    this.#grouped = 0;
    const open = this.#trace;
    if (open !== undefined) keepFrom(open.chunk, open.from);
    for (const chunk of this.#grouping.chunks.slice(this.#nextChunk)) keepFrom(chunk, 0);
  }

  get #isAtEnd(): boolean {
    return this.#trace === undefined && this.#nextChunk === this.#grouping.chunks.length;
  }

  #write(task: (payload: PayloadBuilder) => void): EncodedPart {
    if (this.#state.phase === 'begun' || this.#state.phase === 'paused') {
      const payload = this.#resume(this.#state);
      this.#tools.isWriting = true;
      try {
        task(payload);
      } finally {
        this.#tools.isWriting = false;
        this.#pause();
      }
    }
    const part = { payloads: this.#ready, dropped: this.#dropped };
    this.#ready = [];
    this.#dropped = noLosses();
    return part;
  }

  #resume(state: EncodingState): PayloadBuilder {
    const { writer } = this.#tools;
    if (state.phase === 'paused') writer.resume(state.bytes);
    const payload = state.phase === 'paused' ? state.payload : new PayloadBuilder(writer);
    this.#state = { phase: 'writing', payload };
    return payload;
  }

  #pause(): void {
    if (this.#state.phase !== 'writing') return;
    const { payload } = this.#state;
    this.#state = { phase: 'paused', payload, bytes: this.#tools.writer.park() };
  }

  #finish(payload: PayloadBuilder): void {
    const { writer, maxPayloadBytes } = this.#tools;
    this.#take(payload.completeLast());
    this.#state = { phase: 'done' };
    writer.shrink(maxPayloadBytes * 2);
  }

  #group(maxSpans: number): void {
    const end = Math.min(this.#grouped + maxSpans, this.#spans.length);
    while (this.#grouped < end) {
      const span = this.#spans[this.#grouped++];
      const outcome = span === undefined ? 'encode' : this.#grouping.add(span);
      if (outcome !== 'added') this.#dropped[outcome]++;
    }
  }

  /** Goes on with the open trace or the next; returns how many spans were looked at. */
  #writeSpans(payload: PayloadBuilder, maxSpans: number): number {
    const trace = this.#trace ?? this.#openNextTrace();
    if (trace === undefined) return 0;
    const first = trace.at;
    const { spans } = trace.chunk;
    for (let span = spans[first]; span !== undefined; span = spans[trace.at]) {
      const looked = trace.at - first;
      if (looked === maxSpans || this.#bytesLeft <= 0) return looked;
      const { position, written } = this.#tools.writer;
      const outcome = this.#tools.spans.write(span, trace.chunk, trace);
      this.#bytesLeft -= this.#tools.writer.written - written;
      if (payload.bytes > this.#tools.maxPayloadBytes) {
        this.#tools.writer.rewind(position);
        this.#makeRoom(trace, payload);
        return Math.max(trace.at - first, 1);
      }
      if (outcome === 'decidesSampling' && !this.#knowsSampling(trace)) return 1;
      trace.at++;
      if (outcome === 'invalid_id' || outcome === 'encode') trace.lost[outcome]++;
      else {
        trace.written++;
        trace.isFirst = false;
      }
    }
    this.#closeTrace(trace, payload);
    return trace.at - first;
  }

  #openNextTrace(): OpenTrace | undefined {
    const chunk = this.#grouping.chunks[this.#nextChunk];
    if (chunk === undefined) return undefined;
    this.#nextChunk++;
    const trace = openTrace(chunk);
    this.#openPart(trace, 0);
    this.#trace = trace;
    return trace;
  }

  /**
   * Splits a trace over payloads only if it does not fit one of its own. First asks it for its sampling: the
   * tags that were assumed may take more room than its real ones.
   */
  #makeRoom(trace: OpenTrace, payload: PayloadBuilder): void {
    if (!this.#knowsSampling(trace)) return;
    if (!payload.isEmpty) return this.#moveToNextPayload(trace, payload);
    if (trace.written > 0) return this.#splitTrace(trace, payload);
    const { at, startByte } = trace;
    this.#dropped.too_large++;
    this.#noteLost(trace);
    this.#tools.writer.rewind(startByte);
    this.#openPart(trace, at + 1);
  }

  #moveToNextPayload(trace: OpenTrace, payload: PayloadBuilder): void {
    this.#tools.writer.rewind(trace.startByte);
    this.#complete(payload);
    this.#openPart(trace, trace.from);
  }

  #splitTrace(trace: OpenTrace, payload: PayloadBuilder): void {
    this.#closePart(trace, payload);
    this.#complete(payload);
    this.#openPart(trace, trace.at);
  }

  /** Asks all spans of the trace for a priority; if one asks for any, begins the part anew and returns false. */
  #knowsSampling(trace: OpenTrace): boolean {
    if (trace.sampling === 'known') return true;
    trace.sampling = 'known';
    const priority = samplingPriorityOf(trace.chunk);
    if (priority === undefined) return true;
    trace.tags = chunkTags(trace.chunk, priority);
    this.#tools.writer.rewind(trace.startByte);
    this.#openPart(trace, trace.from);
    return false;
  }

  #openPart(trace: OpenTrace, from: number): void {
    const { writer } = this.#tools;
    const startByte = writer.position;
    openPart(trace, from, startByte, writer.openArray());
  }

  #closePart(trace: OpenTrace, payload: PayloadBuilder): void {
    const { header, written, startByte } = trace;
    const { writer } = this.#tools;
    this.#noteLost(trace);
    if (written === 0) return writer.rewind(startByte);
    writer.fillCount(header, written);
    payload.add(written);
  }

  #closeTrace(trace: OpenTrace, payload: PayloadBuilder): void {
    this.#closePart(trace, payload);
    this.#trace = undefined;
  }

  #complete(payload: PayloadBuilder): void {
    this.#take(payload.complete());
  }

  #take(completed: Payload | undefined): void {
    if (completed !== undefined) this.#ready.push(completed);
  }

  #noteLost({ lost }: OpenTrace): void {
    this.#dropped.invalid_id += lost.invalid_id;
    this.#dropped.encode += lost.encode;
  }
}
