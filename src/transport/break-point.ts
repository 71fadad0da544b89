// Owns telling from an error where an attempt broke. Knows error codes and nothing else.

import type { BreakPoint } from './send-outcome.js';

/** What the peer sent was not HTTP/1.1. */
const PROTOCOL_CODES: ReadonlySet<string> = new Set([
  'UND_ERR_HEADERS_OVERFLOW',
  'UND_ERR_RES_CONTENT_LENGTH_MISMATCH',
  'UND_ERR_NOT_SUPPORTED',
]);

export function breakPointOf(error: unknown, isWritten: boolean): BreakPoint {
  const code = codeOf(error);
  if (code.startsWith('HPE_') || PROTOCOL_CODES.has(code)) return 'protocol';
  return isWritten ? 'socket' : 'connect';
}

function codeOf(error: unknown): string {
  if (typeof error !== 'object' || error === null || !('code' in error)) return '';
  return typeof error.code === 'string' ? error.code : '';
}
