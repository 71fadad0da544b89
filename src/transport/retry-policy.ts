// Owns which outcomes are worth another attempt, and how long to wait before it. Pure functions of
// their arguments.

import { errorCodeOf, membersOf } from './break-point.js';
import type { Broken, SendOutcome } from './send-outcome.js';

/** Statuses of an Agent that is busy or about to be there: it may take the same payload later. */
const RETRIABLE_STATUSES: ReadonlySet<number> = new Set([408, 425, 429, 500, 502, 503, 504]);
/**
 * Errors of a network or a machine that is in trouble now. Not among them: ENOTFOUND and EACCES, which
 * say that the configuration is wrong.
 */
const RETRIABLE_CODES: ReadonlySet<string> = new Set([
  'EADDRNOTAVAIL', // no free port on this side
  'EAGAIN', // the backlog of a Unix socket is full
  'EAI_AGAIN',
  'ECONNABORTED',
  'ECONNREFUSED',
  'ECONNRESET',
  'EHOSTDOWN',
  'EHOSTUNREACH',
  'EMFILE',
  'ENETDOWN',
  'ENETUNREACH',
  'ENFILE',
  'ENOBUFS',
  'ENOENT', // the Agent has not made its socket yet
  'EPIPE',
  'UND_ERR_SOCKET', // the peer closed
]);
const FIRST_BACKOFF_MILLIS = 100;
const MAX_BACKOFF_MILLIS = 2_000;

export function isRetriable(outcome: SendOutcome): boolean {
  switch (outcome.kind) {
    case 'rejected':
      return RETRIABLE_STATUSES.has(outcome.reply.status);
    case 'broken':
      return outcome.at === 'timeout' || (!isFinal(outcome) && isPassing(outcome.cause));
    case 'accepted':
    case 'cancelled':
      return false;
  }
}

/**
 * Full jitter: anything up to a ceiling that doubles with every retry, so that processes that failed
 * together do not come back together. `retry` is 1 for the first one, `random` is within [0, 1).
 */
export function backoffMillis(retry: number, random: number): number {
  return random * Math.min(FIRST_BACKOFF_MILLIS * 2 ** (retry - 1), MAX_BACKOFF_MILLIS);
}

/** An answer that is no HTTP comes again. */
function isFinal(broken: Broken): boolean {
  return broken.at === 'protocol' && !isStray(broken);
}

/** Whether it was a 100 or a change of protocols that nobody asked for, which may have been for another request. */
export function isStray({ at, cause }: Broken): boolean {
  return at === 'protocol' && errorCodeOf(cause) === 'UND_ERR_SOCKET';
}

/** Where a host has several addresses, one may be out of reach for good, and another refuse for a while. */
function isPassing(error: unknown): boolean {
  return [error, ...membersOf(error)].some((one) => RETRIABLE_CODES.has(errorCodeOf(one)));
}
