// Owns whether it pays to keep one more of the things that are found again: where they hardly ever are, keeping them
// costs more than it saves. Knows nothing of the things.

/** Where things hardly ever come again, one of so many is kept all the same, because that may change. */
const SAMPLED = 64;

export class KeepingCredit {
  readonly #price: number;
  readonly #max: number;
  #left: number;
  #missed = 0;

  /** `price` things must be found before one more is kept; the credit for `maxKept` is there from the start. */
  constructor(price: number, maxKept: number) {
    this.#price = price;
    this.#max = price * maxKept;
    this.#left = this.#max;
  }

  /** To be called when a thing was found. */
  earn(): void {
    if (this.#left < this.#max) this.#left++;
  }

  /** Whether to keep one that was not found; if so, this is paid for. */
  pay(): boolean {
    this.#missed++;
    if (this.#left < this.#price && this.#missed % SAMPLED !== 0) return false;
    this.#left = Math.max(this.#left - this.#price, 0);
    return true;
  }
}
