// Owns trace and span ids: hexadecimal text to unsigned 32-bit halves, and which ids the Agent
// would refuse. Knows nothing of spans or bytes on the wire. Halves, because a `number` holds 53
// bits, and a `bigint` would be made of each id only to be taken apart again.

const INVALID = 0xff;
const DIGITS = new Uint8Array(128).fill(INVALID);
for (let value = 0; value < 16; value++) DIGITS[value.toString(16).charCodeAt(0)] = value;

/** A 64-bit id as two unsigned 32-bit halves. */
export interface Id64 {
  readonly high: number;
  readonly low: number;
}

export interface TraceId {
  /** `_dd.p.tid`: the first 16 hexadecimal digits. */
  readonly highHex: string;
  /** What the Agent calls `trace_id`. */
  readonly low64: Id64;
}

/**
 * Eight lower-case hexadecimal digits of `text` from `offset` as an unsigned 32-bit number; -1 if
 * there are not eight. Upper case is invalid in a W3C trace context.
 */
export function parseHex32(text: string, offset: number): number {
  let value = 0;
  for (let at = offset; at < offset + 8; at++) {
    const code = text.charCodeAt(at);
    const digit = code < 128 ? DIGITS[code] : INVALID; // NaN, beyond the end, is not < 128
    if (digit === undefined || digit === INVALID) return -1;
    value = (value << 4) | digit;
  }
  return value >>> 0;
}

/** The id of a span, or `undefined` if it is malformed or zero, which the Agent refuses. */
export function parseSpanId(id: unknown): Id64 | undefined {
  return typeof id === 'string' && id.length === 16 ? parseNonZero(id, 0) : undefined;
}

/** The id of a trace, or `undefined` if it is malformed or its low 64 bits are zero. */
export function parseTraceId(id: unknown): TraceId | undefined {
  if (typeof id !== 'string' || id.length !== 32) return undefined;
  if (parseHex32(id, 0) < 0 || parseHex32(id, 8) < 0) return undefined;
  const low64 = parseNonZero(id, 16);
  return low64 && { highHex: id.slice(0, 16), low64 };
}

function parseNonZero(id: string, offset: number): Id64 | undefined {
  const high = parseHex32(id, offset);
  const low = parseHex32(id, offset + 8);
  if (high < 0 || low < 0 || (high === 0 && low === 0)) return undefined;
  return { high, low };
}
