// Owns which payload gets a connection when: in order, one payload per connection. undici never
// queues for us, because it does not answer an abort while it does.

import { onAbort } from '../lang/abort.js';
import type { Connection } from './send-outcome.js';

/** Something that waits for a connection. */
interface Waiting {
  start(connection: Connection): void;
}

export class SendQueue {
  readonly #connections: readonly Connection[];
  readonly #free: Connection[];
  readonly #waiting = new Set<Waiting>();

  constructor(connections: readonly Connection[]) {
    this.#connections = connections;
    this.#free = [...connections];
  }

  /**
   * Runs `task` with the next connection that is free. `undefined` if `signal` aborts first; then
   * `task` never runs.
   */
  async use<T>(
    signal: AbortSignal,
    task: (connection: Connection) => Promise<T>,
  ): Promise<T | undefined> {
    const connection = await this.#acquire(signal);
    if (connection === undefined) return undefined;
    try {
      return await task(connection);
    } finally {
      this.#release(connection);
    }
  }

  /** Closes all connections. What is still under way has been aborted by its signal before. */
  close(): void {
    for (const connection of this.#connections) connection.close();
  }

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
