// Owns what one attempt to send a payload can come to. Expected outcomes are values; nothing here
// is thrown.

import type { Reply } from './reply.js';

/**
 * Where an attempt broke. `connect`: there was no connection; `socket`: the connection broke; `protocol`: what came
 * back is not HTTP/1.1; `timeout`: nothing came in time.
 */
export type BreakPoint = 'connect' | 'socket' | 'protocol' | 'timeout';

export interface Broken {
  readonly kind: 'broken';
  readonly at: BreakPoint;
  readonly cause: unknown;
}

export type SendOutcome =
  | { readonly kind: 'accepted'; readonly reply: Reply }
  | { readonly kind: 'rejected'; readonly reply: Reply }
  | Broken
  /** The signal aborted before an answer. A body that was being written may still arrive at the Agent. */
  | { readonly kind: 'cancelled'; readonly attempts: 0 | 1 };

/** The outcome of a payload that there was time to send once at most. */
export interface TriedOnce {
  readonly outcome: SendOutcome;
  readonly attempts: 0 | 1;
}
