// Owns which payload is sent when: a bounded number of bytes waits here, in order, for a free
// connection. undici never queues for us, because it does not answer an abort while it does.

import { onAbort } from '../lang/abort.js';
import type { Connection, Sendable, SendOutcome } from './send-outcome.js';

/** A payload that waits for a connection. */
interface Waiting {
  start(connection: Connection): void;
}

export class SendQueue {
  readonly #connections: readonly Connection[];
  readonly #maxPendingBytes: number;
  readonly #free: Connection[];
  readonly #waiting = new Set<Waiting>();
  #pendingBytes = 0;

  constructor(connections: readonly Connection[], maxPendingBytes: number) {
    this.#connections = connections;
    this.#maxPendingBytes = maxPendingBytes;
    this.#free = [...connections];
  }

  /** Whether nothing more is taken before something is settled. */
  get isFull(): boolean {
    return this.#pendingBytes >= this.#maxPendingBytes;
  }

  /** Whether a payload of this size is taken now. */
  hasRoomFor(bytes: number): boolean {
    return this.#pendingBytes + bytes <= this.#maxPendingBytes;
  }

  /** Sends when a connection is free. Settles once, promptly when `signal` aborts; never rejects. */
  async send(payload: Sendable, signal: AbortSignal): Promise<SendOutcome> {
    this.#pendingBytes += payload.body.length;
    try {
      const connection = await this.#acquire(signal);
      return connection === undefined
        ? { kind: 'cancelled', attempts: 0 }
        : await this.#sendOn(connection, payload, signal);
    } finally {
      this.#pendingBytes -= payload.body.length;
    }
  }

  /** Closes all connections. What is still under way has been aborted by its signal before. */
  close(): void {
    for (const connection of this.#connections) connection.close();
  }

  async #sendOn(
    connection: Connection,
    payload: Sendable,
    signal: AbortSignal,
  ): Promise<SendOutcome> {
    try {
      return await connection.send(payload, signal);
    } finally {
      this.#release(connection);
    }
  }

  /** A free connection, or `undefined` if the signal aborts first. */
  #acquire(signal: AbortSignal): Connection | undefined | Promise<Connection | undefined> {
    if (signal.aborted) return undefined;
    const free = this.#free.pop();
    if (free !== undefined) return free;
    return new Promise((resolve) => {
      const waiting: Waiting = {
        start: (connection) => {
          stopListening();
          resolve(connection);
        },
      };
      const stopListening = onAbort(signal, () => {
        this.#waiting.delete(waiting);
        resolve(undefined);
      });
      this.#waiting.add(waiting);
    });
  }

  #release(connection: Connection): void {
    const [next] = this.#waiting;
    if (next === undefined) {
      this.#free.push(connection);
      return;
    }
    this.#waiting.delete(next);
    next.start(connection);
  }
}
