// Owns a payload without any violation, and the ways to spoil it for a test.

import { array, map, record, str, uint64, type WireBytes, type WireEntries } from './wire-bytes.js';

export const TRACE_ID_LOW64 = 0x0123_4567_89ab_cdefn;
export const TRACE_ID_HIGH = '66b0000000000000';
export const START_UNIX_NANOS = 1_760_000_000_000_000_000n;

/** The fields of a valid span; a field is its bytes on the wire. */
function spanFields(): Record<string, WireBytes> {
  return {
    service: str('shop'),
    name: str('http.server.request'),
    resource: str('GET /cart'),
    type: str('web'),
    trace_id: uint64(TRACE_ID_LOW64),
    span_id: uint64(7n),
    parent_id: uint64(0n),
    start: uint64(START_UNIX_NANOS),
    duration: uint64(5_000_000_000n),
    error: [0],
    meta: record({ '_dd.p.tid': str(TRACE_ID_HIGH), 'http.status_code': str('200') }),
    metrics: record({ _sampling_priority_v1: [1] }),
  };
}

export function span(overrides: Readonly<Record<string, WireBytes>> = {}): WireBytes {
  return record({ ...spanFields(), ...overrides });
}

/** A span with entries that repeat a key or have an odd one. */
export function spanWithEntries(...extra: WireEntries): WireBytes {
  const entries = Object.entries(spanFields()).map(([key, value]) => [str(key), value] as const);
  return map([...entries, ...extra]);
}

export function payload(...chunks: (readonly WireBytes[])[]): WireBytes {
  return array(chunks.map((spans) => array(spans)));
}

/** A payload with a single chunk of a single span. */
export function singleSpan(overrides: Readonly<Record<string, WireBytes>> = {}): WireBytes {
  return payload([span(overrides)]);
}
