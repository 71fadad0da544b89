// Owns what is asked of a connection to the Agent, and what is given to it. Knows nothing of how it sends.

import type { SendOutcome } from './send-outcome.js';

/** What is sent: the body of a request and the number of trace chunks in it. */
export interface Sendable {
  readonly body: Uint8Array;
  readonly chunkCount: number;
}

/**
 * What a request has begun: to wait for its socket, to be written, or, if it was larger than the socket's buffer, to wait
 * for its answer. One that is sent again goes through them again.
 */
export type RequestStep = 'connecting' | 'requesting' | 'awaiting';

export type OnStep = (step: RequestStep) => void;

/** Sends one payload at a time. */
export interface Connection {
  /**
   * Settles once, and promptly when `signal` aborts; never rejects. Listens to `signal` until given another.
   * `onStep` is called with each step of the request.
   */
  send(payload: Sendable, signal: AbortSignal, onStep: OnStep): Promise<SendOutcome>;
  /** Whether the whole request that is under way has left this process. */
  readonly hasWritten: boolean;
  /** Gives up socket and client at once. A later `send` opens new ones. */
  close(): void;
  /**
   * Gives up socket and client without touching them: they are another process's. Sends nothing more, so a
   * connection that is being opened or written to is closed nevertheless.
   */
  abandon(): void;
}
