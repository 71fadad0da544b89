// Owns what the test agent has to give back for spans of the SDK, by the plain mapping that the encoder is
// compared with as well.

import type { ReadableSpan } from '@opentelemetry/sdk-trace-base';
import { unixNanos } from '../../src/payload/unix-nanos.js';
import { expectedSpan } from '../../test/oracle/mapping-oracle.js';
import type { TestAgentSpan } from './test-agent.js';

/** By trace id, in decimal, with the spans in the order in which they ended. */
export function expectedTraces(
  spans: readonly ReadableSpan[],
  runtimeId: string,
): ReadonlyMap<string, readonly TestAgentSpan[]> {
  const byTrace = new Map<string, TestAgentSpan[]>();
  for (const span of spans) {
    const traceId = String(lowHalf(span));
    const earlier = byTrace.get(traceId) ?? [];
    const { meta, ...rest } = expectedFields(span, earlier.length === 0);
    byTrace.set(traceId, [...earlier, { ...rest, meta: { ...meta, 'runtime-id': runtimeId } }]);
  }
  return byTrace;
}

function expectedFields(span: ReadableSpan, isFirst: boolean): TestAgentSpan {
  const { spanId } = span.spanContext();
  const { meta, metrics, ...rest } = expectedSpan(span, isFirst);
  const start = unixNanos(span.startTime);
  return {
    ...rest,
    trace_id: integer(lowHalf(span)),
    span_id: integer(BigInt(`0x${spanId}`)),
    parent_id: integer(BigInt(`0x${span.parentSpanContext?.spanId ?? '0'}`)),
    start: integer(start),
    duration: integer(unixNanos(span.endTime) - start),
    meta: { ...meta, language: 'javascript' },
    metrics: { ...metrics, process_id: process.pid },
  };
}

function lowHalf(span: ReadableSpan): bigint {
  return BigInt(`0x${span.spanContext().traceId.slice(16)}`);
}

/** As `exactJson` reads it. */
function integer(value: bigint): string | number {
  return String(value).length >= 16 ? String(value) : Number(value);
}
