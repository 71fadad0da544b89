// Owns which spans are to be exported at all: a processor also gets those that are only recorded. Knows
// nothing of priorities, by which Datadog keeps traces.

import { TraceFlags } from '@opentelemetry/api';
import type { ReadableSpan } from '../sdk-contract.js';

/** A span that cannot be read passes, so that its loss is told. */
export function isSampled(span: ReadableSpan): boolean {
  try {
    return (span.spanContext().traceFlags & TraceFlags.SAMPLED) !== 0;
  } catch {
    return true;
  }
}
