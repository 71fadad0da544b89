// Owns the time that the whole demo may take: nothing is waited for beyond it.

export class Deadline {
  #timer;
  #expired;
  #millis;

  constructor(millis) {
    this.#millis = millis;
    this.#expired = new Promise((resolve) => {
      this.#timer = setTimeout(resolve, millis);
    });
  }

  /** The value of the promise; rejects at the deadline, and says what was missing. */
  wait(what, promise) {
    const late = this.#expired.then(() => {
      throw new Error(`waited for ${what}, in vain, until the ${this.#millis} ms were over`);
    });
    return Promise.race([promise, late]);
  }

  stop() {
    clearTimeout(this.#timer);
  }
}
