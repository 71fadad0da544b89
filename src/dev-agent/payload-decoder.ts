// Owns the outer structure of a payload: an array of trace chunks, each an array of spans. Knows
// nothing of HTTP.

import { readArrayLength, type Decoding } from './field-reader.js';
import type { ReceivedSpan } from './received-span.js';
import { readSpan, type SpanDraft } from './span-decoder.js';
import { formatTraceId, TRACE_ID_HIGH_PATTERN, TRACE_ID_HIGH_TAG } from './trace-id.js';
import type { Violation } from './violation.js';
import { WireScanner } from './wire-scanner.js';

/**
 * Decodes a payload into its trace chunks.
 *
 * @throws {PayloadRefused} where the Agent would stop reading and answer 400.
 */
export function decodePayload(
  body: Uint8Array,
  report: (violation: Violation) => void,
): ReceivedSpan[][] {
  const decoding: Decoding = { wire: new WireScanner(body), report };
  const length = readArrayLength(decoding, 'payload');
  const chunks: ReceivedSpan[][] = [];
  for (let index = 0; index < length; index += 1) chunks.push(readChunk(decoding, index));
  reportTrailingBytes(decoding);
  return chunks;
}

function readChunk(decoding: Decoding, chunkIndex: number): ReceivedSpan[] {
  const path = `chunk ${chunkIndex}`;
  const length = readArrayLength(decoding, path);
  const spans: SpanDraft[] = [];
  for (let index = 0; index < length; index += 1) {
    spans.push(readSpan(decoding, `${path}, span ${index}`));
  }
  const high64 = traceIdHigh64(spans);
  for (const span of spans) span.traceId = formatTraceId(high64, span.traceIdLow64);
  return spans;
}

function traceIdHigh64(spans: readonly ReceivedSpan[]): bigint {
  for (const span of spans) {
    const tag = span.meta[TRACE_ID_HIGH_TAG];
    if (tag !== undefined) return TRACE_ID_HIGH_PATTERN.test(tag) ? BigInt(`0x${tag}`) : 0n;
  }
  return 0n;
}

function reportTrailingBytes(decoding: Decoding): void {
  const { remainingBytes } = decoding.wire;
  if (remainingBytes === 0) return;
  const message = `${remainingBytes} bytes follow after the payload's array; the Agent does not read them`;
  decoding.report({ rule: 'trailing-bytes', effect: 'ignored', path: 'payload', message });
}
