// Owns the spans of tests: plain objects in the shape of SDK 2.x, with everything replaceable, and
// true spans of the installed SDK.

import { type HrTime, SpanKind, SpanStatusCode, TraceFlags, type Tracer } from '@opentelemetry/api';
import {
  BasicTracerProvider,
  InMemorySpanExporter,
  SimpleSpanProcessor,
} from '@opentelemetry/sdk-trace-base';
import type { ReadableSpan } from '../../src/index.js';

export const TRACE_ID = '72df520af2bde7a5240031ead750e5f3';
export const SPAN_ID = '24003fafe5640a1c';

/** A time as the SDK writes it. */
export function at(seconds: number, nanos: number): HrTime {
  return [seconds, nanos];
}

let lastSpanId = 0;

/** Different for every call. */
export function nextSpanId(): string {
  lastSpanId++;
  return lastSpanId.toString(16).padStart(16, '0');
}

export type SpanFields = Partial<ReadableSpan> & {
  readonly traceId?: string;
  readonly spanId?: string;
  readonly parentSpanIdHex?: string;
};

/** A span as the SDK hands it over. Internal, one second long, without attributes. */
export function makeSpan(fields: SpanFields = {}): ReadableSpan {
  const { traceId = TRACE_ID, spanId = nextSpanId(), parentSpanIdHex, ...rest } = fields;
  const traceFlags = TraceFlags.SAMPLED;
  return {
    name: 'span_name',
    kind: SpanKind.INTERNAL,
    spanContext: () => ({ traceId, spanId, traceFlags }),
    ...(parentSpanIdHex === undefined
      ? {}
      : { parentSpanContext: { traceId, spanId: parentSpanIdHex, traceFlags } }),
    startTime: [1_700_000_000, 123],
    endTime: [1_700_000_001, 123],
    duration: [1, 0],
    ended: true,
    status: { code: SpanStatusCode.UNSET },
    attributes: {},
    links: [],
    events: [],
    resource: { attributes: { 'service.name': 'shop' } },
    instrumentationScope: { name: 'tests' },
    droppedAttributesCount: 0,
    droppedEventsCount: 0,
    droppedLinksCount: 0,
    ...rest,
  };
}

/** As many spans of one trace. */
export function makeSpans(count: number, fields: SpanFields = {}): ReadableSpan[] {
  return Array.from({ length: count }, () => makeSpan(fields));
}

/** A resource whose attributes are there once `ready` has settled. */
export function resourceReadyAfter(ready: Promise<void>): ReadableSpan['resource'] {
  return { attributes: {}, asyncAttributesPending: true, waitForAsyncAttributes: () => ready };
}

/** A resource whose attributes never come. */
export const NEVER_READY: ReadableSpan['resource'] = {
  attributes: { 'service.name': 'never' },
  asyncAttributesPending: true,
  waitForAsyncAttributes: () => new Promise<void>(() => undefined),
};

/** What a tracer of the installed SDK makes of `record`. */
export function recordSpans(record: (tracer: Tracer) => void): readonly ReadableSpan[] {
  const exporter = new InMemorySpanExporter();
  const provider = new BasicTracerProvider({
    spanProcessors: [new SimpleSpanProcessor(exporter)],
  });
  record(provider.getTracer('tests', '1.0.0'));
  return exporter.getFinishedSpans();
}
