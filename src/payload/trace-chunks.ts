// Owns grouping a batch by trace: the Agent wants one array per trace, and drops an array in which
// two traces are mixed or an id is zero. Knows nothing of bytes.

import { type Link, type SpanStatus, SpanStatusCode, type TraceState } from '@opentelemetry/api';
import type { ReadableSpan, TimedEvent } from '../sdk-contract.js';
import { type Id64, parseSpanId, parseTraceId, type TraceId } from './identifiers.js';

export interface ChunkSpan {
  readonly span: ReadableSpan;
  /** 32 hexadecimal digits. */
  readonly traceIdHex: string;
  readonly traceIdLow64: Id64;
  readonly spanId: Id64;
  readonly parentId: Id64 | undefined;
  readonly traceState: TraceState | undefined;
  /** These three with defaults, for spans of a processor that leaves them out. */
  readonly status: SpanStatus;
  readonly events: readonly TimedEvent[];
  readonly links: readonly Link[];
}

const UNSET: SpanStatus = { code: SpanStatusCode.UNSET };
const NONE: readonly never[] = [];

/** The spans of one trace, in the order of the batch. */
export interface TraceChunk {
  readonly traceId: TraceId;
  readonly spans: ChunkSpan[];
  /** Of the first span that has one. */
  traceState: TraceState | undefined;
}

export interface GroupedBatch {
  readonly chunks: readonly TraceChunk[];
  /** Spans left out because the Agent would refuse their ids. */
  readonly invalidIds: number;
  /** Spans left out because reading their ids threw. */
  readonly unreadable: number;
}

export function groupByTrace(spans: readonly ReadableSpan[]): GroupedBatch {
  const chunks = new Map<string, TraceChunk>();
  let invalidIds = 0;
  let unreadable = 0;
  for (const span of spans) {
    try {
      if (!addSpan(chunks, span)) invalidIds++;
    } catch {
      unreadable++; // a span object that throws costs itself, not its batch
    }
  }
  return { chunks: [...chunks.values()], invalidIds, unreadable };
}

/** Adds the span to the chunk of its trace, unless its ids are invalid. */
function addSpan(chunks: Map<string, TraceChunk>, span: ReadableSpan): boolean {
  const { traceId: traceIdHex, spanId: spanIdHex, traceState } = span.spanContext();
  const spanId = parseSpanId(spanIdHex);
  if (spanId === undefined) return false;
  const chunk = chunks.get(traceIdHex) ?? newChunk(chunks, traceIdHex);
  if (chunk === undefined) return false;
  chunk.traceState ??= traceState;
  const traceIdLow64 = chunk.traceId.low64;
  const parentId = parentIdOf(span, spanIdHex);
  const ids = { traceIdHex, traceIdLow64, spanId, parentId };
  chunk.spans.push({ span, ...ids, traceState, ...partsOf(span) });
  return true;
}

function partsOf(span: Partial<ReadableSpan>): Pick<ChunkSpan, 'status' | 'events' | 'links'> {
  return {
    status: span.status ?? UNSET,
    events: span.events ?? NONE,
    links: span.links ?? NONE,
  };
}

function newChunk(chunks: Map<string, TraceChunk>, traceIdHex: string): TraceChunk | undefined {
  const traceId = parseTraceId(traceIdHex);
  if (traceId === undefined) return undefined;
  const chunk: TraceChunk = { traceId, spans: [], traceState: undefined };
  chunks.set(traceIdHex, chunk);
  return chunk;
}

/** A span that names itself as its parent is a root, as the Agent has it. */
function parentIdOf(span: ReadableSpan, spanIdHex: string): Id64 | undefined {
  const parentIdHex = span.parentSpanContext?.spanId ?? span.parentSpanId;
  return parentIdHex === spanIdHex ? undefined : parseSpanId(parentIdHex);
}
