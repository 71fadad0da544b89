// Owns telling from an error where an attempt broke. Knows the errors of undici and Node by name and code,
// and nothing else.

import type { BreakPoint } from './send-outcome.js';

/** Errors for an answer with headers that are too large: of undici, and of Node's own parser. */
const OVERFLOW_ERRORS: ReadonlySet<string> = new Set([
  'UND_ERR_HEADERS_OVERFLOW',
  'HPE_HEADER_OVERFLOW',
]);

/** Errors for an answer that is not HTTP/1.1. */
const PROTOCOL_ERRORS: ReadonlySet<string> = new Set([
  ...OVERFLOW_ERRORS,
  'ERR_ASSERTION', // of undici's parser, for a status below 100
  'HTTPParserError', // a name: some of the parser's errors have no code
  'UND_ERR_RES_CONTENT_LENGTH_MISMATCH',
]);

/** Errors of OpenSSL: what answers speaks no TLS, or none that both sides accept. */
const TLS_ERROR = /^(?:ERR_SSL_|EPROTO$)/;

/** Those for an answer that is no TLS at all; the second one since OpenSSL 3.6. */
const NO_TLS_ERRORS: ReadonlySet<string> = new Set([
  'ERR_SSL_PACKET_LENGTH_TOO_LONG',
  'ERR_SSL_WRONG_VERSION_NUMBER',
]);

/** Messages of undici's for a 100 or a change of protocols that nobody asked for; their code says `UND_ERR_SOCKET`. */
const BAD_ANSWERS: ReadonlySet<string> = new Set(['bad response', 'bad upgrade']);

/** Errors of a connection that existed, even if nothing had been written to it. */
const SOCKET_ERRORS: ReadonlySet<string> = new Set(['ECONNRESET', 'EPIPE', 'UND_ERR_SOCKET']);

export function breakPointOf(error: unknown, hasBegun: boolean): BreakPoint {
  const code = errorCodeOf(error);
  const name = textOf(error, 'name');
  if (PROTOCOL_ERRORS.has(name) || PROTOCOL_ERRORS.has(code)) return 'protocol';
  if (code.startsWith('HPE_') || TLS_ERROR.test(code)) return 'protocol'; // HPE_: of Node's own parser
  if (hasBegun && BAD_ANSWERS.has(textOf(error, 'message'))) return 'protocol';
  if (code === 'ETIMEDOUT') return 'timeout';
  return hasBegun || SOCKET_ERRORS.has(code) ? 'socket' : 'connect';
}

/** What is wrong with the peer's TLS, if anything: that it has none, or else. Not of a certificate that is not trusted. */
export function tlsFaultOf(error: unknown): 'missing' | 'failed' | undefined {
  const code = errorCodeOf(error);
  if (NO_TLS_ERRORS.has(code)) return 'missing';
  return TLS_ERROR.test(code) ? 'failed' : undefined;
}

/** Whether the peer speaks HTTP/1.1, but its headers are too large. */
export function isHeaderOverflow(error: unknown): boolean {
  return OVERFLOW_ERRORS.has(errorCodeOf(error));
}

/** The `code` of a system or undici error; empty if it has none. */
export function errorCodeOf(error: unknown): string {
  return textOf(error, 'code');
}

/** The errors that an `AggregateError` is made of; none if it is another error. */
export function membersOf(error: unknown): readonly unknown[] {
  const members = valueAt(error, 'errors');
  return Array.isArray(members) ? members : [];
}

function textOf(error: unknown, member: 'code' | 'name' | 'message'): string {
  const text = valueAt(error, member);
  return typeof text === 'string' ? text : '';
}

/** Without `instanceof Error`, which Node's errors fail where modules have their own globals, as under Jest. */
function valueAt(error: unknown, member: string): unknown {
  return typeof error === 'object' && error !== null ? Reflect.get(error, member) : undefined;
}

/**
 * undici 8 wraps what the addresses of a host failed with, if one of them took too long, into an error of a time limit
 * that nobody has set ("timeout: 0ms").
 */
export function withoutWrapper(error: Error): Error {
  const { cause } = error;
  return errorCodeOf(error) === 'UND_ERR_CONNECT_TIMEOUT' && hasMembers(cause) ? cause : error;
}

function hasMembers(error: unknown): error is AggregateError {
  return membersOf(error).length > 0;
}

/** Removes the answer that undici's parser quotes: a peer that echoes requests puts credentials into it. */
export function forgetAnswer(error: Error): void {
  Reflect.deleteProperty(error, 'data');
}
