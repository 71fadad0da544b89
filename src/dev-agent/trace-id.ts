// Owns the two halves of a 128-bit trace id: how they become hex digits, and which tag holds the
// high one. Knows nothing of spans.

/** The tag with the high half of the trace id. */
export const TRACE_ID_HIGH_TAG = '_dd.p.tid';
/** 16 lower-case hex digits. */
export const TRACE_ID_HIGH_PATTERN: RegExp = /^[0-9a-f]{16}$/;

const HALF_HEX_DIGITS = 16;

/** 32 lower-case hex digits of a trace id, given as two unsigned 64-bit halves. */
export function formatTraceId(high64: bigint, low64: bigint): string {
  return formatHalf(high64) + formatHalf(low64);
}

function formatHalf(value: bigint): string {
  return value.toString(16).padStart(HALF_HEX_DIGITS, '0');
}
