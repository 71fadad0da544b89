// Owns grouping a batch by trace: the Agent wants one array per trace, and drops an array in which
// two traces are mixed or an id is zero. Knows nothing of bytes.

import { type Link, type SpanStatus, SpanStatusCode, type TraceState } from '@opentelemetry/api';
import type { ReadableSpan, TimedEvent } from '../sdk-contract.js';
import { type Id64, parseSpanId, parseTraceId, type TraceId } from './identifiers.js';

/** What is read of a span when it is encoded, which may be later than it is grouped. */
export type EncodableSpan = Pick<
  ReadableSpan,
  | 'name'
  | 'kind'
  | 'startTime'
  | 'endTime'
  | 'resource'
  | 'instrumentationScope'
  | 'instrumentationLibrary'
> & { readonly attributes: Readonly<Record<string, unknown>> };

export type ChunkEvent = Omit<TimedEvent, 'attributes'> & {
  readonly attributes?: object | undefined;
};

export type ChunkLink = Pick<Link, 'context'> & { readonly attributes?: object | undefined };

/** What is read of a span when it is grouped, and afterwards. */
export type GroupableSpan = EncodableSpan &
  Pick<ReadableSpan, 'spanContext' | 'parentSpanContext' | 'parentSpanId'> & {
    readonly status?: SpanStatus | undefined;
    readonly events?: readonly ChunkEvent[] | undefined;
    readonly links?: readonly ChunkLink[] | undefined;
  };

export interface ChunkSpan {
  readonly span: EncodableSpan;
  /** 32 hexadecimal digits. */
  readonly traceIdHex: string;
  readonly traceIdLow64: Id64;
  readonly spanId: Id64;
  readonly parentId: Id64 | undefined;
  readonly traceState: TraceState | undefined;
  /** These three with defaults, for spans of a processor that leaves them out. */
  readonly status: SpanStatus;
  readonly events: readonly ChunkEvent[];
  readonly links: readonly ChunkLink[];
}

const UNSET: SpanStatus = { code: SpanStatusCode.UNSET };
const NONE: readonly never[] = [];

/** The spans of one trace, in the order of the batch. */
export interface TraceChunk {
  readonly traceId: TraceId;
  /** 32 hexadecimal digits. */
  readonly traceIdHex: string;
  readonly spans: ChunkSpan[];
  /** Of the first span that has one. */
  traceState: TraceState | undefined;
}

/** Spans are added one by one; the chunks are complete when all of a batch have been. */
export class TraceGrouping {
  /** In the order of their first spans. */
  readonly chunks: TraceChunk[] = [];
  readonly #byTraceId = new Map<string, TraceChunk>();

  /** Adds the span to the chunk of its trace, unless the Agent would refuse its ids or they throw. */
  add(span: GroupableSpan): 'added' | 'invalid_id' | 'encode' {
    try {
      return this.#add(span) ? 'added' : 'invalid_id';
    } catch {
      return 'encode'; // a span object that throws costs itself, not its batch
    }
  }

  #add(span: GroupableSpan): boolean {
    const { traceId: traceIdHex, spanId: spanIdHex, traceState } = span.spanContext();
    const spanId = parseSpanId(spanIdHex);
    if (spanId === undefined) return false;
    const chunk = this.#byTraceId.get(traceIdHex) ?? this.#newChunk(traceIdHex);
    if (chunk === undefined) return false;
    chunk.traceState ??= traceState;
    const traceIdLow64 = chunk.traceId.low64;
    const parentId = parentIdOf(span, spanIdHex);
    const ids = { traceIdHex, traceIdLow64, spanId, parentId };
    chunk.spans.push({ span, ...ids, traceState, ...partsOf(span) });
    return true;
  }

  #newChunk(traceIdHex: string): TraceChunk | undefined {
    const traceId = parseTraceId(traceIdHex);
    if (traceId === undefined) return undefined;
    const chunk: TraceChunk = { traceId, traceIdHex, spans: [], traceState: undefined };
    this.#byTraceId.set(traceIdHex, chunk);
    this.chunks.push(chunk);
    return chunk;
  }
}

function partsOf(span: GroupableSpan): Pick<ChunkSpan, 'status' | 'events' | 'links'> {
  return {
    status: span.status ?? UNSET,
    events: span.events ?? NONE,
    links: span.links ?? NONE,
  };
}

/** A span that names itself as its parent is a root, as the Agent has it. */
function parentIdOf(span: GroupableSpan, spanIdHex: string): Id64 | undefined {
  const parentIdHex = span.parentSpanContext?.spanId ?? span.parentSpanId;
  return parentIdHex === spanIdHex ? undefined : parseSpanId(parentIdHex);
}
