// Owns what the Agent changes in a span's tags after it accepted them. Knows nothing of the wire.

import { MAX_META_VALUE_BYTES, MAX_NAME_BYTES, MAX_TAG_KEY_BYTES } from './agent-limits.js';
import { TRACE_ID_HIGH_PATTERN, TRACE_ID_HIGH_TAG } from './trace-id.js';
import type { ReceivedSpan } from './received-span.js';
import { excerpt, PayloadRefused, type Violation } from './violation.js';
import { WireScanner } from './wire-scanner.js';

/** Values under these keys are documents of their own, which the Agent never cuts. */
const NEVER_CUT = /^_dd\..*\.(?:json|msgpack|protobuf)$/;
const HTTP_STATUS_TAG = 'http.status_code';
const HTTP_STATUS = /^0*[1-5]\d\d$/;
/** Tags that are normalised like the service. */
const SERVICE_TAGS: ReadonlySet<string> = new Set(['peer.service', '_dd.base_service']);

type Report = (rule: string, tag: string, message: string) => void;

/** The violations in the tags of the span at `path`. */
export function checkTags(span: ReceivedSpan, path: string): Violation[] {
  const violations: Violation[] = [];
  const reporter =
    (field: string, effect: 'repaired' | 'ignored'): Report =>
    (rule, tag, message) =>
      violations.push({ rule, effect, path: `${path}, ${field}, ${excerpt(tag)}`, message });
  for (const [key, value] of Object.entries(span.meta)) {
    checkKey(key, reporter('meta', 'repaired'));
    checkMeta(key, value, reporter('meta', 'repaired'));
    checkTraceIdHigh(key, value, reporter('meta', 'ignored'));
  }
  for (const [key, value] of Object.entries(span.metrics)) {
    checkKey(key, reporter('metrics', 'repaired'));
    checkMetric(key, value, reporter('metrics', 'repaired'));
  }
  for (const [key, value] of Object.entries(span.metaStruct)) {
    checkMetaStruct(key, value, reporter('meta_struct', 'ignored'));
  }
  return violations;
}

function checkKey(key: string, report: Report): void {
  const bytes = Buffer.byteLength(key);
  if (bytes <= MAX_TAG_KEY_BYTES) return;
  report('tag-key-too-long', key, `${bytes} bytes; the Agent cuts keys at ${MAX_TAG_KEY_BYTES}`);
}

function checkMeta(key: string, value: string, report: Report): void {
  const bytes = Buffer.byteLength(value);
  if (bytes > MAX_META_VALUE_BYTES && !NEVER_CUT.test(key)) {
    report('meta-value-too-long', key, `${bytes} bytes; the Agent cuts at ${MAX_META_VALUE_BYTES}`);
  }
  if (bytes > MAX_NAME_BYTES && SERVICE_TAGS.has(key)) {
    report('service-tag-too-long', key, `${bytes} bytes; the Agent cuts at ${MAX_NAME_BYTES}`);
  }
  if (key === HTTP_STATUS_TAG && !HTTP_STATUS.test(value)) {
    const message = `found "${excerpt(value)}"; the Agent wants an integer in 100..599, and removes the tag`;
    report('http-status-code-invalid', key, message);
  }
}

function checkTraceIdHigh(key: string, value: string, report: Report): void {
  if (key !== TRACE_ID_HIGH_TAG || TRACE_ID_HIGH_PATTERN.test(value)) return;
  const message = `found "${excerpt(value)}"; tracers write 16 lower-case hex digits, and whoever reads others may find no high half`;
  report('trace-id-high-malformed', key, message);
}

function checkMetric(key: string, value: number, report: Report): void {
  if (Number.isFinite(value)) return;
  report(
    'metric-not-finite',
    key,
    `found ${value}; the Agent decodes it, but no metric can hold it`,
  );
}

function checkMetaStruct(key: string, value: Uint8Array, report: Report): void {
  const wire = new WireScanner(value);
  try {
    wire.skip(key);
  } catch (error) {
    if (!(error instanceof PayloadRefused)) throw error;
    report(
      'meta-struct-malformed',
      key,
      'the bytes are not one msgpack value; nobody can read them',
    );
    return;
  }
  if (wire.remainingBytes === 0) return;
  report(
    'meta-struct-malformed',
    key,
    `${wire.remainingBytes} bytes follow after the msgpack value`,
  );
}
