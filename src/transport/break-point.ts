// Owns telling from an error where an attempt broke. Knows undici's errors by name and code, and
// nothing else.

import type { BreakPoint } from './send-outcome.js';

/** What the peer sent was not an HTTP/1.1 response. */
const PROTOCOL_ERRORS: ReadonlySet<string> = new Set([
  'HTTPParserError', // its code is undefined for some of the parser's errors
  'UND_ERR_HEADERS_OVERFLOW',
  'UND_ERR_RES_CONTENT_LENGTH_MISMATCH',
]);

export function breakPointOf(error: unknown, isWritten: boolean): BreakPoint {
  if (error instanceof Error) {
    const code = 'code' in error && typeof error.code === 'string' ? error.code : '';
    if (PROTOCOL_ERRORS.has(error.name) || PROTOCOL_ERRORS.has(code)) return 'protocol';
  }
  return isWritten ? 'socket' : 'connect';
}
