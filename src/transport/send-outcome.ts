// Owns what one attempt to send a payload can come to. Expected outcomes are values; nothing here
// is thrown.

import type { Reply } from './reply.js';

/** What is sent: the body of a request and the number of trace chunks in it. */
export interface Sendable {
  readonly body: Uint8Array;
  readonly chunkCount: number;
}

/**
 * Where an attempt broke. `connect`: there was no connection; `socket`: the connection broke; `protocol`: what came
 * back is not HTTP/1.1; `timeout`: nothing came in time.
 */
export type BreakPoint = 'connect' | 'socket' | 'protocol' | 'timeout';

export type SendOutcome =
  | { readonly kind: 'accepted'; readonly reply: Reply }
  | { readonly kind: 'rejected'; readonly reply: Reply }
  | { readonly kind: 'broken'; readonly at: BreakPoint; readonly cause: unknown }
  /** The signal aborted before an answer. A body that was being written may still arrive at the Agent. */
  | { readonly kind: 'cancelled'; readonly attempts: 0 | 1 };

/** The outcome of a payload that there was time to send once at most. */
export interface TriedOnce {
  readonly outcome: SendOutcome;
  readonly attempts: 0 | 1;
}

/** Why work is cut short, and what the caller gave as the reason. */
export interface Cancellation {
  readonly kind: 'timeout' | 'aborted' | 'shutdown';
  readonly cause?: unknown;
}

export const SHUTDOWN: Cancellation = { kind: 'shutdown' };

export function abortedBy(signal: AbortSignal | undefined): Cancellation {
  return { kind: 'aborted', cause: signal?.reason };
}

/** Sends one payload at a time. */
export interface Connection {
  /** Settles once, and promptly when `signal` aborts; never rejects. Listens to `signal` until given another. */
  send(payload: Sendable, signal: AbortSignal): Promise<SendOutcome>;
  /** Whether the whole request that is under way has left this process. */
  readonly hasWritten: boolean;
  /** Time of the clock at which writing that request began, if it has. */
  readonly begunMillis: number | undefined;
  /** Gives up socket and client at once. A later `send` opens new ones. */
  close(): void;
  /**
   * Gives up socket and client without touching them: they are another process's. Sends nothing more, so a
   * connection that is being opened or written to is closed nevertheless.
   */
  abandon(): void;
}
