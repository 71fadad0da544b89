// Owns which payload gets a connection when: one payload per connection, in order as long as answers in time may be
// expected. undici never queues for us, because it leaves an abort unanswered while a request is queued. Knows nothing of
// what is sent.

import { type Clock, type Dispose, nothingToDispose } from '../lang/clock.js';
import { InOrder } from '../lang/in-order.js';
import { AnswerTime } from './answer-time.js';
import type { Connection } from './connection.js';
import { type ExportTime, longestMillis, type Prospect, prospectOf } from './prospect.js';

/** A payload that is to be sent. */
export interface Applicant {
  readonly time: ExportTime;
  /** Takes a connection, which must be released afterwards. */
  readonly receive: (connection: Connection) => void;
}

export class SendQueue {
  /** How long a payload takes that has got its connection, which may have to be opened first. */
  readonly answerTime: AnswerTime = new AnswerTime();
  readonly #connections: readonly Connection[];
  readonly #clock: Clock;
  readonly #free: Connection[];
  /** When each of the other connections was handed over. */
  readonly #busySince = new Map<Connection, number>();
  readonly #waiting = new InOrder<Applicant>();
  #stopWatching = nothingToDispose;

  constructor(connections: readonly Connection[], clock: Clock) {
    this.#connections = connections;
    this.#clock = clock;
    this.#free = [...connections];
  }

  /**
   * Hands over a connection: at once if one is free, else later, or never where no answer in time may be expected. The
   * disposer withdraws the application.
   */
  acquire(applicant: Applicant): Dispose {
    const free = this.#free.pop();
    if (free !== undefined) {
      this.#handOver(free, applicant);
      return nothingToDispose;
    }
    const number = this.#waiting.add(applicant);
    return () => {
      this.#waiting.delete(number);
      if (this.#waiting.size === 0) this.#stopWatching();
    };
  }

  release(connection: Connection): void {
    this.#busySince.delete(connection);
    this.#free.push(connection);
    this.#handOut();
  }

  /** Abandons all connections; what waits for one gets none any more. */
  abandon(): void {
    this.#waiting.clear();
    this.#stopWatching();
    for (const connection of this.#connections) connection.abandon();
  }

  /** Closes all connections. Requests under way must have been aborted by their signals before. */
  close(): void {
    this.#stopWatching();
    for (const connection of this.#connections) connection.close();
  }

  #handOver(connection: Connection, { receive }: Applicant): void {
    this.#busySince.set(connection, this.#clock.nowMillis());
    receive(connection);
  }

  /** Gives all free connections to those that may have one now. */
  #handOut(): void {
    this.#stopWatching();
    for (let free = this.#free.pop(); free !== undefined; free = this.#free.pop()) {
      const applicant = this.#next();
      if (applicant === undefined) return void this.#free.push(free);
      this.#handOver(free, applicant);
    }
  }

  #next(): Applicant | undefined {
    const nowMillis = this.#clock.nowMillis();
    const number = this.#oldestGood(nowMillis) ?? this.#latestOfRest(nowMillis);
    if (number === undefined) return undefined;
    const applicant = this.#waiting.get(number);
    this.#waiting.delete(number);
    return applicant;
  }

  #oldestGood(nowMillis: number): number | undefined {
    for (let number = this.#waiting.oldest; number < this.#waiting.next; number++) {
      if (this.#prospectOf(number, nowMillis) === 'good') return number;
    }
    return undefined;
  }

  /**
   * One whose prospect is bad is sent to see whether the Agent has become faster, but only where no answer is due:
   * beside another request it would take the Agent's time from that, which may be in time.
   */
  #latestOfRest(nowMillis: number): number | undefined {
    const latest = this.#latest();
    if (latest === undefined) return undefined;
    const prospect = this.#prospectOf(latest, nowMillis);
    if (prospect === 'none') return undefined;
    const dueMillis = this.#lastAnswerDueMillis();
    if (prospect === 'doubtful' || dueMillis <= nowMillis) return latest;
    this.#stopWatching = this.#clock.scheduleInBackground(dueMillis - nowMillis, () =>
      this.#handOut(),
    );
    return undefined;
  }

  /** Number of the one that has most time left. */
  #latest(): number | undefined {
    let latest: number | undefined;
    let latestEndMillis = -Infinity;
    for (let number = this.#waiting.oldest; number < this.#waiting.next; number++) {
      const applicant = this.#waiting.get(number);
      if (applicant === undefined || applicant.time.endMillis < latestEndMillis) continue;
      latest = number;
      latestEndMillis = applicant.time.endMillis;
    }
    return latest;
  }

  #prospectOf(number: number, nowMillis: number): Prospect | undefined {
    const applicant = this.#waiting.get(number);
    return applicant && prospectOf(applicant.time, nowMillis, this.answerTime.millis);
  }

  /** When all requests under way should have been answered. */
  #lastAnswerDueMillis(): number {
    return Math.max(...this.#busySince.values()) + longestMillis(this.answerTime.millis);
  }
}
