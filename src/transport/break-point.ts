// Owns telling from an error where an attempt broke. Knows undici's errors by name and code, and
// nothing else.

import type { BreakPoint } from './send-outcome.js';

/** What the peer sent was not an HTTP/1.1 response; errors of OpenSSL say that it was not TLS. */
const PROTOCOL_ERRORS: ReadonlySet<string> = new Set([
  'ERR_ASSERTION', // of undici's parser, for a status below 100
  'HTTPParserError', // its code is undefined for some of the parser's errors
  'UND_ERR_HEADERS_OVERFLOW',
  'UND_ERR_RES_CONTENT_LENGTH_MISMATCH',
]);

/** There was a connection, even if nothing had been written to it. */
const SOCKET_ERRORS: ReadonlySet<string> = new Set(['ECONNRESET', 'EPIPE', 'UND_ERR_SOCKET']);

export function breakPointOf(error: unknown, hasBegun: boolean): BreakPoint {
  const code = errorCodeOf(error);
  const name = textOf(error, 'name');
  if (PROTOCOL_ERRORS.has(name) || PROTOCOL_ERRORS.has(code)) return 'protocol';
  if (/^(?:ERR_SSL_|HPE_|EPROTO$)/.test(code)) return 'protocol'; // HPE_: of Node's own parser
  if (code === 'ETIMEDOUT') return 'timeout';
  return hasBegun || SOCKET_ERRORS.has(code) ? 'socket' : 'connect';
}

/** The `code` of a system or undici error; empty if it has none. */
export function errorCodeOf(error: unknown): string {
  return textOf(error, 'code');
}

/** Node's errors are no `instanceof Error` where modules have globals of their own, as under Jest. */
function textOf(error: unknown, member: 'code' | 'name'): string {
  if (typeof error !== 'object' || error === null) return '';
  const text: unknown = Reflect.get(error, member);
  return typeof text === 'string' ? text : '';
}

/** undici's parser quotes what came, which a peer that sends back what it gets fills with credentials. */
export function forgetAnswer(error: Error): void {
  Reflect.deleteProperty(error, 'data');
}
