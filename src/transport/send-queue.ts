// Owns which payload gets a connection when: in order, one payload per connection, and what has given way when nothing
// else waits. undici never queues for us, because it leaves an abort unanswered while a request is queued. Knows
// nothing of what is sent.

import { type Dispose, nothingToDispose } from '../lang/clock.js';
import { InOrder } from '../lang/in-order.js';
import { LatestFirst } from '../lang/latest-first.js';
import { AnswerTime } from './answer-time.js';
import type { Connection } from './connection.js';

/** Takes a connection, which must be released afterwards. */
export type Receiver = (connection: Connection) => void;

export class SendQueue {
  /** How long a payload takes that has got its connection. */
  readonly answerTime: AnswerTime = new AnswerTime();
  readonly #connections: readonly Connection[];
  readonly #free: Connection[];
  readonly #waiting = new InOrder<Receiver>();
  /** What has given way. Of these, the latest has the most time left. */
  readonly #late = new LatestFirst<Receiver>();

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
    const number = this.#waiting.add(receive);
    return () => this.#waiting.delete(number);
  }

  /**
   * Gives a connection back without having used it, to get one again, perhaps the same, when nothing else waits; the
   * disposer withdraws that.
   */
  giveWay(connection: Connection, receive: Receiver): Dispose {
    const withdraw = this.#late.add(receive);
    this.release(connection);
    return withdraw;
  }

  release(connection: Connection): void {
    const next = this.#takeFirst() ?? this.#late.take();
    if (next === undefined) this.#free.push(connection);
    else next(connection);
  }

  #takeFirst(): Receiver | undefined {
    const { first } = this.#waiting;
    if (first !== undefined) this.#waiting.delete(this.#waiting.oldest);
    return first;
  }

  /** Abandons all connections; what waits for one gets none any more. */
  abandon(): void {
    this.#waiting.clear();
    this.#late.clear();
    for (const connection of this.#connections) connection.abandon();
  }

  /** Closes all connections. Requests under way must have been aborted by their signals before. */
  close(): void {
    for (const connection of this.#connections) connection.close();
  }
}
