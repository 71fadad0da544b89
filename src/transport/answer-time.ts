// Owns how long an accepted request took of late. Knows nothing of what is done with that.

export class AnswerTime {
  #millis = 0;

  /** Time from the beginning of a request to its answer, as far as is known; 0 before the first. */
  get millis(): number {
    return this.#millis;
  }

  /** A request was accepted after so long. */
  accepted(millis: number): void {
    this.#millis = millis;
  }

  /** A request was cut that had waited so long for its answer. */
  cut(millis: number): void {
    this.#millis = Math.max(this.#millis, millis);
  }
}
