// Owns the reasons for which the Agent drops a whole trace chunk after answering 200, and what it
// checks across the spans of a chunk. Knows nothing of the wire.

import type { ReceivedSpan } from './received-span.js';
import { TRACE_ID_HIGH_TAG } from './trace-id.js';
import type { Violation, ViolationEffect } from './violation.js';

type Report = (rule: string, effect: ViolationEffect, place: string, message: string) => void;

/** The violations of a trace chunk as a whole; if one of them is `dropped`, the chunk is lost. */
export function checkChunk(spans: readonly ReceivedSpan[], path: string): Violation[] {
  const violations: Violation[] = [];
  const report: Report = (rule, effect, place, message) =>
    violations.push({ rule, effect, path: path + place, message });
  if (spans.length === 0) report('chunk-empty', 'dropped', '', 'the Agent drops it');
  checkIds(spans, report);
  checkForeignSpans(spans, report);
  return violations;
}

function checkIds(spans: readonly ReceivedSpan[], report: Report): void {
  const seenSpanIds = new Set<bigint>();
  for (const [index, span] of spans.entries()) {
    const place = `, span ${index}`;
    if (span.traceIdLow64 === 0n) {
      report('trace-id-zero', 'dropped', `${place}, trace_id`, 'older Agents drop the trace chunk');
    }
    if (span.spanId === 0n) {
      report('span-id-zero', 'dropped', `${place}, span_id`, 'the Agent drops the trace chunk');
    } else if (seenSpanIds.has(span.spanId)) {
      const message = `${span.spanId} occurs again in the trace chunk; the Agent counts that`;
      report('span-id-duplicate', 'repaired', `${place}, span_id`, message);
    }
    seenSpanIds.add(span.spanId);
  }
}

function checkForeignSpans(spans: readonly ReceivedSpan[], report: Report): void {
  const [first] = spans;
  if (first === undefined) return;
  for (const [index, span] of spans.entries()) {
    if (!isForeign(first, span)) continue;
    const message =
      'the span is of another trace than the first of its chunk; older Agents drop the chunk, newer ones make it one trace';
    report('span-foreign', 'dropped', `, span ${index}, trace_id`, message);
  }
}

/** Compares the high halves of trace ids only if both spans have one. */
function isForeign(first: ReceivedSpan, span: ReceivedSpan): boolean {
  if (span.traceIdLow64 !== first.traceIdLow64) return true;
  const high = span.meta[TRACE_ID_HIGH_TAG];
  const firstHigh = first.meta[TRACE_ID_HIGH_TAG];
  return high !== undefined && firstHigh !== undefined && high !== firstHigh;
}
