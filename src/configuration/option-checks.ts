// Owns the checks of single option values and the common form of their messages. Knows no option by
// name, nor its default or purpose.

import { isAbsolute } from 'node:path';
import type { MeterProvider } from '@opentelemetry/api';
import { hasMethods } from '../lang/methods.js';

const NOT_IN_HEADER_NAME = /[^!#$%&'*+\-.^_`|~0-9A-Za-z]|^$/;
const HEADER_VALUE = /^[\t\x20-\x7e\x80-\xff]*$/;
const MAX_SHOWN_CHARACTERS = 80;
/** Headers that the exporter or the connection sets itself; another value would break the request. */
const OWN_HEADERS: ReadonlySet<string> = new Set([
  'connection',
  'content-encoding',
  'content-length',
  'content-type',
  'expect',
  'host',
  'keep-alive',
  'trailer',
  'transfer-encoding',
  'upgrade',
  'x-datadog-trace-count',
]);

/** `Expected \`x\` to be …, got \`v\` (type)`. */
export function expectation(name: string, wanted: string, got: unknown): string {
  return `Expected \`${name}\` to be ${wanted}, got \`${shown(got)}\` (${typeName(got)})`;
}

/** The same message without the value, which may be or contain a credential. */
function guardedExpectation(name: string, wanted: string, got: unknown): string {
  return `Expected \`${name}\` to be ${wanted}, got another value (${typeName(got)})`;
}

/** @throws TypeError unless options are an object; a list or a Map does not have them as properties. */
export function checkObject(options: unknown, wanted = 'an object'): void {
  if (typeof options !== 'object' || options === null || Symbol.iterator in options) {
    throw new TypeError(expectation('options', wanted, options));
  }
}

/** @throws TypeError unless `value` is absent or a non-empty string. */
export function checkText(name: string, value: unknown): string | undefined {
  if (value === undefined) return undefined;
  if (typeof value !== 'string' || value === '') {
    throw new TypeError(expectation(name, 'a non-empty string', value));
  }
  return value;
}

/** @throws TypeError or RangeError unless `value` is absent or an absolute path. */
export function checkAbsolutePath(name: string, value: unknown): string | undefined {
  const path = checkText(name, value);
  if (path === undefined || isAbsolute(path)) return path;
  throw new RangeError(expectation(name, 'an absolute path', path));
}

/** @throws TypeError unless `value` is absent or a boolean. */
export function checkBoolean(name: string, value: unknown): boolean | undefined {
  if (value === undefined || typeof value === 'boolean') return value;
  throw new TypeError(expectation(name, 'a boolean', value));
}

/** @throws TypeError unless `value` is absent or an AbortSignal, also of another realm. */
export function checkSignal(name: string, value: unknown): AbortSignal | undefined {
  if (value === undefined || isAbortSignal(value)) return value;
  throw new TypeError(expectation(name, 'an AbortSignal', value));
}

/** @throws TypeError unless `value` is absent or has the method of a meter provider. */
export function checkMeterProvider(name: string, value: unknown): MeterProvider | undefined {
  if (value === undefined || isMeterProvider(value)) return value;
  throw new TypeError(expectation(name, 'a MeterProvider', value));
}

export interface IntegerRange {
  readonly min: number;
  readonly max: number;
}

/** Longest delay of a Node timer; a longer one would fire at once. */
export const MAX_TIMER_MILLIS = 2_147_483_647;

export const TIMER: IntegerRange = { min: 1, max: MAX_TIMER_MILLIS };
/** The range of a delay that may be 0. */
export const TIMER_OR_ZERO: IntegerRange = { min: 0, max: MAX_TIMER_MILLIS };

/** @throws TypeError or RangeError unless `value` is absent or an integer within `range`. */
export function checkInteger(
  name: string,
  value: unknown,
  range: IntegerRange,
): number | undefined {
  if (value === undefined) return undefined;
  const wanted = `an integer in [${range.min}, ${range.max}]`;
  if (typeof value !== 'number') throw new TypeError(expectation(name, wanted, value));
  if (!Number.isInteger(value) || value < range.min || value > range.max) {
    throw new RangeError(expectation(name, wanted, value));
  }
  return value;
}

/**
 * The integer within the range that is nearest to `value`, or `undefined` if that is not a number; for
 * calls that must not fail for a wrong argument.
 */
export function nearestInteger(value: unknown, { min, max }: IntegerRange): number | undefined {
  if (typeof value !== 'number' || Number.isNaN(value)) return undefined;
  return Math.min(Math.max(Math.round(value), min), max);
}

/** @throws TypeError unless `value` is absent or an object whose values are strings. */
export function checkTextRecord(
  name: string,
  value: unknown,
  expect: typeof expectation = expectation,
): Record<string, string> {
  if (value === undefined) return {};
  // A list, a Map or the `Headers` of `fetch` do not have their entries as properties.
  if (typeof value !== 'object' || value === null || Symbol.iterator in value) {
    throw new TypeError(expect(name, 'a plain object of strings', value));
  }
  const entries = Object.entries(value).map(([key, text]): [string, string] => {
    if (typeof text === 'string') return [key, text];
    throw new TypeError(expect(`${name}['${key}']`, 'a string', text));
  });
  return Object.fromEntries(entries); // assigning would lose the key `__proto__`
}

/** @throws TypeError or RangeError unless each entry may be sent as an extra request header. */
export function checkHeaders(name: string, value: unknown): Record<string, string> {
  const headers = checkTextRecord(name, value, guardedExpectation);
  const names = new Set<string>();
  for (const [header, text] of Object.entries(headers)) {
    names.add(header.toLowerCase());
    const end = header.search(NOT_IN_HEADER_NAME);
    if (end !== -1) {
      const start = header.slice(0, end); // the rest may be the value
      throw new RangeError(
        `Expected each name in \`${name}\` to be an HTTP header name, got \`${shown(`${start}…`)}\``,
      );
    }
    if (OWN_HEADERS.has(header.toLowerCase())) {
      throw new RangeError(`Expected \`${name}\` not to set \`${header}\`: the exporter sets it`);
    }
    if (!HEADER_VALUE.test(text)) {
      // The value may be a credential, so the message does not show it.
      throw new RangeError(
        `Expected \`${name}['${header}']\` to be Latin-1 text, free of control characters`,
      );
    }
  }
  if (names.size < Object.keys(headers).length) {
    throw new RangeError(`Expected \`${name}\` to set each header once, in upper or lower case`);
  }
  return headers;
}

export function isAbortSignal(value: unknown): value is AbortSignal {
  if (typeof value !== 'object' || value === null) return false;
  return 'aborted' in value && 'addEventListener' in value && 'removeEventListener' in value;
}

function isMeterProvider(value: unknown): value is MeterProvider {
  return hasMethods(value, ['getMeter']);
}

function shown(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(cut(value));
  if (typeof value === 'function') return cut(value.name === '' ? 'anonymous' : value.name);
  if (typeof value === 'object' && value !== null) return Array.isArray(value) ? '[…]' : '{…}';
  return String(value);
}

function cut(text: string): string {
  return text.length <= MAX_SHOWN_CHARACTERS ? text : `${text.slice(0, MAX_SHOWN_CHARACTERS)}…`;
}

function typeName(value: unknown): string {
  if (value === null) return 'null';
  return Array.isArray(value) ? 'array' : typeof value;
}
