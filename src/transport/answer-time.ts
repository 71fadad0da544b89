// Owns the longest that recent payloads took. Knows nothing of what is done with that.

/**
 * Answers that are looked at: enough that a quick one among slow ones deceives nobody, few enough that a pause of the
 * Agent is soon forgotten. See `send-order.test.ts`.
 */
const RECENT = 4;

export class AnswerTime {
  readonly #recent: number[] = [];
  #millis = 0;

  /**
   * Longest time of late from when a payload got its connection, open or not, to its answer, as far as is known; 0
   * before the first.
   */
  get millis(): number {
    return this.#millis;
  }

  /** A payload was accepted after so long. */
  accepted(millis: number): void {
    this.#recent.push(millis);
    if (this.#recent.length > RECENT) this.#recent.shift();
    this.#millis = Math.max(...this.#recent);
  }

  /** A payload was cut that had had its connection for so long; counts until the next one is accepted. */
  cut(millis: number): void {
    this.#millis = Math.max(this.#millis, millis);
  }
}
