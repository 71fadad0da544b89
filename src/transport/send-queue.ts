// Owns which payload gets a connection when: in order, one payload per connection, and what has given way only when
// nothing else waits. undici never queues for us, because it leaves an abort unanswered while a request is queued. Knows
// nothing of what is sent.

import { type Dispose, nothingToDispose } from '../lang/clock.js';
import { InOrder } from '../lang/in-order.js';
import { LatestFirst } from '../lang/latest-first.js';
import { AnswerTime } from './answer-time.js';
import type { Connection } from './connection.js';

/** Takes a connection, which must be released afterwards. */
export type Receiver = (connection: Connection) => void;

/** A payload that has given way. */
export interface Yielding {
  readonly receive: Receiver;
  /** Whether its answer would come too late, as far as is known now. */
  readonly isHopeless: () => boolean;
}

export class SendQueue {
  /** How long a payload takes that has got its connection. */
  readonly answerTime: AnswerTime = new AnswerTime();
  readonly #connections: readonly Connection[];
  readonly #free: Connection[];
  readonly #waiting = new InOrder<Receiver>();
  /** The latest has the most time left, unless it has waited for another attempt. */
  readonly #yielding = new LatestFirst<Yielding>();

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
  giveWay(connection: Connection, payload: Yielding): Dispose {
    const withdraw = this.#yielding.add(payload);
    this.release(connection);
    return withdraw;
  }

  release(connection: Connection): void {
    let free: Connection | undefined = connection;
    for (; free !== undefined; free = this.#free.pop()) {
      const next = this.#next();
      if (next === undefined) return void this.#free.push(free);
      next(free);
    }
  }

  /** Who is to have the connection in hand. */
  #next(): Receiver | undefined {
    const { first } = this.#waiting;
    if (first === undefined) return this.#nextYielding();
    this.#waiting.delete(this.#waiting.oldest);
    return first;
  }

  /**
   * One that is hopeless is sent by itself, to see whether the Agent has become faster. Beside another request
   * it would take the Agent's time from that, which may be in time.
   */
  #nextYielding(): Receiver | undefined {
    const isNothingSent = this.#free.length === this.#connections.length - 1;
    if (!isNothingSent && this.#yielding.first?.isHopeless() === true) return undefined;
    return this.#yielding.take()?.receive;
  }

  /** Abandons all connections; what waits for one gets none any more. */
  abandon(): void {
    this.#waiting.clear();
    this.#yielding.clear();
    for (const connection of this.#connections) connection.abandon();
  }

  /** Closes all connections. Requests under way must have been aborted by their signals before. */
  close(): void {
    for (const connection of this.#connections) connection.close();
  }
}
