// Owns grouping a batch by trace: the Agent wants one array per trace, and drops an array in which
// two traces are mixed or an id is zero. Knows nothing of bytes.

import type { TraceState } from '@opentelemetry/api';
import type { EncodableSpan } from './encodable-span.js';
import { type Id64, parseTraceId } from './identifiers.js';
import type { UnwritableSpan } from './span-loss.js';
import { TraceTable } from './trace-table.js';

/** The spans of one trace, in the order of the batch. */
export interface TraceChunk {
  /** 32 hexadecimal digits. */
  readonly traceIdHex: string;
  /** The low half of the trace id, which the Agent calls `trace_id`. */
  readonly traceIdLow64: Id64;
  readonly spans: EncodableSpan[];
  /** The trace state of the first span that has one. */
  traceState: TraceState | undefined;
}

/** Takes spans one by one; the chunks are complete when all spans of a batch have been added. */
export class TraceGrouping {
  readonly #traces = new TraceTable<TraceChunk>();

  /** The chunks in the order of their first spans. */
  get chunks(): readonly TraceChunk[] {
    return this.#traces.all;
  }

  /** Adds the span to the chunk of its trace, unless the Agent would refuse the trace or the span throws. */
  add(span: EncodableSpan): 'added' | UnwritableSpan {
    try {
      const { traceId, traceState } = span.spanContext();
      const chunk = this.#traces.find(traceId);
      if (chunk === undefined) return this.#addFirst(span, traceId, traceState);
      chunk.traceState ??= traceState;
      chunk.spans.push(span);
      return 'added';
    } catch {
      return 'encode'; // a span object that throws costs itself, not its batch
    }
  }

  #addFirst(
    span: EncodableSpan,
    traceIdHex: string,
    traceState: TraceState | undefined,
  ): 'added' | 'invalid_id' {
    const traceIdLow64 = parseTraceId(traceIdHex);
    if (traceIdLow64 === undefined) return 'invalid_id';
    this.#traces.add({ traceIdHex, traceIdLow64, spans: [span], traceState });
    return 'added';
  }
}
