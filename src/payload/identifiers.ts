// Owns reading trace and span ids: hexadecimal text to unsigned 32-bit halves, and which ids the Agent
// would refuse. Knows nothing of spans or bytes on the wire. Halves, because a `number` holds 53
// bits, and a `bigint` would be made for each id only to be taken apart again.

/** The entry of a unit that is no digit: its bits are those that no digit has. */
const INVALID = 0xf0;
/** Values of digits by UTF-16 unit; every unit has an entry. */
const DIGITS = new Uint8Array(0x1_0000).fill(INVALID);
for (let value = 0; value < 16; value++) DIGITS[value.toString(16).charCodeAt(0)] = value;

/** A 64-bit id as two unsigned 32-bit halves. */
export interface Id64 {
  readonly high: number;
  readonly low: number;
}

/** The value of a UTF-16 unit as a lower-case hexadecimal digit; more than 15 if it is none. */
export function hexDigit(unit: number): number {
  return DIGITS[unit] ?? INVALID;
}

/**
 * Eight lower-case hexadecimal digits of `text` from `offset` as an unsigned 32-bit number; -1 if
 * there are not eight. Upper case is invalid in a W3C trace context.
 */
export function parseHex32(text: string, offset: number): number {
  let value = 0;
  let all = 0;
  for (let at = offset; at < offset + 8; at++) {
    const digit = hexDigit(text.charCodeAt(at)); // NaN beyond the end, which has no entry
    all |= digit;
    value = (value << 4) | digit;
  }
  return all >= INVALID ? -1 : value >>> 0;
}

/** The id of a span, or `undefined` if it is malformed or zero, which the Agent refuses. */
export function parseSpanId(id: unknown): Id64 | undefined {
  return typeof id === 'string' && id.length === 16 ? parseNonZero(id, 0) : undefined;
}

/** The low 64 bits of the id of a trace; `undefined` if it is malformed or they are zero. */
export function parseTraceId(id: unknown): Id64 | undefined {
  if (typeof id !== 'string' || id.length !== 32) return undefined;
  let all = 0;
  for (let at = 0; at < 16; at++) all |= hexDigit(id.charCodeAt(at));
  return all >= INVALID ? undefined : parseNonZero(id, 16);
}

function parseNonZero(id: string, offset: number): Id64 | undefined {
  const high = parseHex32(id, offset);
  const low = parseHex32(id, offset + 8);
  if (high < 0 || low < 0 || (high === 0 && low === 0)) return undefined;
  return { high, low };
}
