// Owns which payload gets a connection when: in order, one payload per connection. undici never
// queues for us, because it does not answer an abort while it does.

import { type Dispose, nothingToDispose } from '../lang/clock.js';
import type { Connection } from './send-outcome.js';

/** Takes a connection; it has to be released afterwards. */
type Receiver = (connection: Connection) => void;

export class SendQueue {
  readonly #connections: readonly Connection[];
  readonly #free: Connection[];
  readonly #waiting = new Set<Receiver>();

  constructor(connections: readonly Connection[]) {
    this.#connections = connections;
    this.#free = [...connections];
  }

  /** Hands over a connection, at once or when one is free; the disposer withdraws the request. */
  acquire(receive: Receiver): Dispose {
    const free = this.#free.pop();
    if (free !== undefined) {
      receive(free);
      return nothingToDispose;
    }
    const waiting: Receiver = (connection) => receive(connection); // the same may be given twice
    this.#waiting.add(waiting);
    return () => void this.#waiting.delete(waiting);
  }

  release(connection: Connection): void {
    const [next] = this.#waiting;
    if (next === undefined) {
      this.#free.push(connection);
      return;
    }
    this.#waiting.delete(next);
    next(connection);
  }

  /** Leaves all connections as they are; none is handed out any more. */
  abandon(): void {
    this.#waiting.clear();
    for (const connection of this.#connections) connection.abandon();
  }

  /** Closes all connections. What is still under way has been aborted by its signal before. */
  close(): void {
    for (const connection of this.#connections) connection.close();
  }
}
