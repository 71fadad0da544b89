// Owns how long an accepted request takes at most of late. Knows nothing of what is done with that.

/**
 * Answers that are looked at: enough that a quick one among slow ones deceives nobody, few enough that a pause of the
 * Agent is soon forgotten. See `send-order.test.ts`.
 */
const RECENT = 4;

export class AnswerTime {
  readonly #recent: number[] = [];
  #millis = 0;

  /** Longest time of late from the beginning of a request to its answer, as far as is known; 0 before the first. */
  get millis(): number {
    return this.#millis;
  }

  /** A request was accepted after so long. */
  accepted(millis: number): void {
    this.#recent.push(millis);
    if (this.#recent.length > RECENT) this.#recent.shift();
    this.#millis = Math.max(...this.#recent);
  }

  /** A request was cut that had waited so long for its answer; counts until the next one is accepted. */
  cut(millis: number): void {
    this.#millis = Math.max(this.#millis, millis);
  }
}
