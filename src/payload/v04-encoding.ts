// Owns how far the encoding of one batch has come: an array of chunks, each an array of span maps, cut
// into payloads of a bounded size. Can pause after any span, so that a batch does not block the process, and
// still keeps a trace together. Knows nothing of when it pauses, nor of how payloads travel.

import type { ReadableSpan } from '../sdk-contract.js';
import { chunkTags, samplingPriorityOf } from './chunk-tags.js';
import type { EncodableSpan } from './encodable-span.js';
import type { ParkedBytes } from './growing-buffer.js';
import type { MsgpackWriter } from './msgpack-writer.js';
import { OpenTrace } from './open-trace.js';
import { type EncodedPart, PayloadSeries } from './payload-series.js';
import { copyOfSpan, keepFrom } from './span-copy.js';
import { noLosses } from './span-loss.js';
import type { SpanWriter } from './span-writer.js';
import { TraceGrouping } from './trace-chunks.js';

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
  completeOpen(): EncodedPart;
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
  | { readonly phase: 'new' }
  | { readonly phase: 'paused'; readonly series: PayloadSeries; readonly bytes: ParkedBytes }
  | { readonly phase: 'writing'; readonly series: PayloadSeries }
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
  #state: EncodingState = { phase: 'new' };

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
    const { series, bytes } = this.#state;
    return series.isEmpty && (this.#trace?.part.spans ?? 0) === 0 ? 0 : bytes.position;
  }

  advance(maxSpans: number, maxBytes: number = Infinity): EncodedPart {
    return this.#write((series) => {
      this.#group(series, maxSpans * GROUPED_PER_ENCODED);
      if (this.#grouped < this.#spans.length) return;
      let left = maxSpans;
      this.#bytesLeft = maxBytes;
      while (left > 0 && this.#bytesLeft > 0 && !this.#isAtEnd) {
        left -= this.#writeSpans(series, left);
      }
      if (this.#isAtEnd) this.#finish(series);
    });
  }

  completeOpen(): EncodedPart {
    return this.#write((series) => {
      const trace = this.#trace;
      if (trace === undefined) return series.complete();
      if (!series.isEmpty) {
        series.move(trace.part);
        this.#openPart(series, trace, trace.from);
      } else if (this.#knowsSampling(series, trace)) {
        series.split(trace.part);
        this.#openPart(series, trace, trace.at);
      }
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

  #write(task: (series: PayloadSeries) => void): EncodedPart {
    const state = this.#state;
    if (state.phase === 'writing' || state.phase === 'done') {
      return { payloads: [], dropped: noLosses() };
    }
    const series = this.#resume(state);
    this.#tools.isWriting = true;
    try {
      task(series);
    } finally {
      this.#tools.isWriting = false;
      this.#pause();
    }
    return series.takeReady();
  }

  #resume(state: EncodingState): PayloadSeries {
    const { writer, maxPayloadBytes } = this.#tools;
    if (state.phase === 'paused') writer.resume(state.bytes);
    const series =
      state.phase === 'paused' ? state.series : new PayloadSeries(writer, maxPayloadBytes);
    this.#state = { phase: 'writing', series };
    return series;
  }

  #pause(): void {
    if (this.#state.phase !== 'writing') return;
    const { series } = this.#state;
    this.#state = { phase: 'paused', series, bytes: this.#tools.writer.park() };
  }

  #finish(series: PayloadSeries): void {
    const { writer, maxPayloadBytes } = this.#tools;
    series.completeLast();
    this.#state = { phase: 'done' };
    writer.shrink(maxPayloadBytes * 2);
  }

  #group(series: PayloadSeries, maxSpans: number): void {
    const end = Math.min(this.#grouped + maxSpans, this.#spans.length);
    while (this.#grouped < end) {
      const span = this.#spans[this.#grouped++];
      const outcome = span === undefined ? 'encode' : this.#grouping.add(span);
      if (outcome !== 'added') series.drop(outcome);
    }
  }

  /** Goes on with the open trace or the next; returns how many spans were looked at. */
  #writeSpans(series: PayloadSeries, maxSpans: number): number {
    const trace = this.#trace ?? this.#openNextTrace(series);
    if (trace === undefined) return 0;
    const first = trace.at;
    const { part } = trace;
    const { spans } = trace.chunk;
    for (let span = spans[first]; span !== undefined; span = spans[trace.at]) {
      const looked = trace.at - first;
      if (looked === maxSpans || this.#bytesLeft <= 0) return looked;
      const { position, written } = this.#tools.writer;
      const outcome = this.#tools.spans.write(span, trace.chunk, trace);
      this.#bytesLeft -= this.#tools.writer.written - written;
      if (series.room < 0) {
        this.#makeRoom(series, trace, position);
        return Math.max(trace.at - first, 1);
      }
      if (outcome === 'decidesSampling' && !this.#knowsSampling(series, trace)) return 1;
      trace.at++;
      if (outcome === 'invalid_id' || outcome === 'encode') part.lost[outcome]++;
      else part.spans++;
    }
    series.close(part);
    this.#trace = undefined;
    return trace.at - first;
  }

  #openNextTrace(series: PayloadSeries): OpenTrace | undefined {
    const chunk = this.#grouping.chunks[this.#nextChunk];
    if (chunk === undefined) return undefined;
    this.#nextChunk++;
    const trace = new OpenTrace(chunk);
    this.#openPart(series, trace, 0);
    this.#trace = trace;
    return trace;
  }

  /**
   * Makes room for the span at `spanStart`. First asks the trace for its sampling: the tags that were assumed may take
   * more room than its real ones.
   */
  #makeRoom(series: PayloadSeries, trace: OpenTrace, spanStart: number): void {
    if (!this.#knowsSampling(series, trace)) return;
    const outcome = series.makeRoom(trace.part, spanStart);
    const next = outcome === 'too_large' ? trace.at + 1 : trace.at;
    this.#openPart(series, trace, outcome === 'moved' ? trace.from : next);
  }

  /** Asks all spans of the trace for a priority; if one asks for any, begins the part anew and returns false. */
  #knowsSampling(series: PayloadSeries, trace: OpenTrace): boolean {
    if (trace.sampling === 'known') return true;
    trace.sampling = 'known';
    const priority = samplingPriorityOf(trace.chunk);
    if (priority === undefined) return true;
    trace.tags = chunkTags(trace.chunk, priority);
    this.#tools.writer.rewind(trace.part.startByte);
    this.#openPart(series, trace, trace.from);
    return false;
  }

  #openPart(series: PayloadSeries, trace: OpenTrace, from: number): void {
    series.open(trace.part);
    trace.from = from;
    trace.at = from;
  }
}
