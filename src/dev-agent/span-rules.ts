// Owns what the Agent changes in a span's own fields after it accepted it. Knows nothing of the
// wire, and nothing of the span's neighbours.

import { MAX_NAME_BYTES, MAX_RESOURCE_BYTES, MIN_START_UNIX_NANOS } from './agent-limits.js';
import type { ReceivedSpan } from './received-span.js';
import type { Violation } from './violation.js';

const MAX_INT64 = 2n ** 63n - 1n;

type Report = (rule: string, field: string, message: string) => void;

/** The violations in the fields of the span at `path`. */
export function checkSpan(span: ReceivedSpan, path: string): Violation[] {
  const violations: Violation[] = [];
  const report: Report = (rule, field, message) =>
    violations.push({ rule, effect: 'repaired', path: `${path}, ${field}`, message });
  checkEmpty(span, report);
  checkLengths(span, report);
  checkTimes(span, report);
  checkParent(span, report);
  return violations;
}

function checkEmpty(span: ReceivedSpan, report: Report): void {
  if (span.service === '') {
    report('service-empty', 'service', 'empty or missing; the Agent says "unnamed-<lang>-service"');
  }
  if (span.name === '') {
    report('name-empty', 'name', 'empty or missing; the Agent says "unnamed_operation"');
  }
  if (span.resource === '') {
    report('resource-empty', 'resource', 'empty or missing; the Agent puts the name there');
  }
}

function checkLengths(span: ReceivedSpan, report: Report): void {
  const limits = [
    ['service', MAX_NAME_BYTES],
    ['name', MAX_NAME_BYTES],
    ['type', MAX_NAME_BYTES],
    ['resource', MAX_RESOURCE_BYTES],
  ] as const;
  for (const [field, maxBytes] of limits) {
    const bytes = Buffer.byteLength(span[field]);
    if (bytes <= maxBytes) continue;
    report(`${field}-too-long`, field, `${bytes} bytes; the Agent cuts at ${maxBytes}`);
  }
}

function checkTimes(span: ReceivedSpan, report: Report): void {
  const { startUnixNanos, durationNanos } = span;
  if (durationNanos < 0n) {
    report('duration-negative', 'duration', `found ${durationNanos}; the Agent makes it 0`);
  } else if (startUnixNanos + durationNanos > MAX_INT64) {
    const message = `start + ${durationNanos} does not fit into int64; the Agent makes it 0`;
    report('duration-overflow', 'duration', message);
  }
  if (startUnixNanos < MIN_START_UNIX_NANOS) {
    const message = `found ${startUnixNanos}, before the year 2000; the Agent counts back from now`;
    report('start-before-2000', 'start', message);
  }
}

function checkParent(span: ReceivedSpan, report: Report): void {
  if (span.spanId === 0n || span.parentId !== span.spanId) return;
  report(
    'parent-is-self',
    'parent_id',
    'the span is its own parent, so its trace has no root; the Agent sets the parent to 0',
  );
}
