// Owns grouping a batch by trace: the Agent wants one array per trace, and drops an array in which
// two traces are mixed or an id is zero. Knows nothing of bytes.

import type { Link, SpanStatus, TraceState } from '@opentelemetry/api';
import type { ReadableSpan, TimedEvent } from '../sdk-contract.js';
import { type Id64, parseTraceId } from './identifiers.js';

export type SpanEvent = Omit<TimedEvent, 'attributes'> & {
  readonly attributes?: object | undefined;
};

export type SpanLink = Pick<Link, 'context'> & { readonly attributes?: object | undefined };

/** What is read of a span. Processors of users may leave out the parts that have defaults. */
export type EncodableSpan = Pick<
  ReadableSpan,
  | 'name'
  | 'kind'
  | 'startTime'
  | 'endTime'
  | 'resource'
  | 'instrumentationScope'
  | 'instrumentationLibrary'
  | 'spanContext'
  | 'parentSpanContext'
  | 'parentSpanId'
> & {
  readonly attributes: Readonly<Record<string, unknown>>;
  readonly status?: SpanStatus | undefined;
  readonly events?: readonly SpanEvent[] | undefined;
  readonly links?: readonly SpanLink[] | undefined;
};

/** The spans of one trace, in the order of the batch. */
export interface TraceChunk {
  /** 32 hexadecimal digits. */
  readonly traceIdHex: string;
  /** What the Agent calls `trace_id`. */
  readonly traceIdLow64: Id64;
  readonly spans: EncodableSpan[];
  /** Of the first span that has one. */
  traceState: TraceState | undefined;
}

/** Spans are added one by one; the chunks are complete when all of a batch have been. */
export class TraceGrouping {
  /** In the order of their first spans. */
  readonly chunks: TraceChunk[] = [];
  readonly #byTraceId = new Map<string, TraceChunk>();
  /** Of the last span: those of a trace often end one after another. */
  #last: TraceChunk | undefined;

  /** Adds the span to the chunk of its trace, unless the Agent would refuse the trace or it throws. */
  add(span: EncodableSpan): 'added' | 'invalid_id' | 'encode' {
    try {
      const { traceId, traceState } = span.spanContext();
      const chunk = this.#chunkOf(traceId);
      if (chunk === undefined) return 'invalid_id';
      chunk.traceState ??= traceState;
      chunk.spans.push(span);
      return 'added';
    } catch {
      return 'encode'; // a span object that throws costs itself, not its batch
    }
  }

  #chunkOf(traceIdHex: string): TraceChunk | undefined {
    if (this.#last !== undefined && this.#last.traceIdHex === traceIdHex) return this.#last;
    const chunk = this.#byTraceId.get(traceIdHex) ?? this.#newChunk(traceIdHex);
    if (chunk !== undefined) this.#last = chunk;
    return chunk;
  }

  #newChunk(traceIdHex: string): TraceChunk | undefined {
    const traceIdLow64 = parseTraceId(traceIdHex);
    if (traceIdLow64 === undefined) return undefined;
    const chunk: TraceChunk = { traceIdHex, traceIdLow64, spans: [], traceState: undefined };
    this.#byTraceId.set(traceIdHex, chunk);
    this.chunks.push(chunk);
    return chunk;
  }
}
