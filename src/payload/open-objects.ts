// Owns the objects around a value that is being serialised. `JSON.stringify` sees copies of them, and so would notice
// a cycle only when the stack or the room ends: that took 10 to 90 ms for a value. Knows nothing of JSON.

interface Opened {
  readonly original: object;
  /** What `JSON.stringify` takes for it. */
  copy: object;
}

export class OpenObjects {
  readonly #originals = new Set<object>();
  readonly #opened: Opened[] = [];

  /**
   * Enters an object of the one whose copy is `holder`, after leaving all that are not around it.
   *
   * @throws TypeError if the object is within itself.
   */
  enter(original: object, holder: unknown): void {
    this.#leaveTo(holder);
    if (this.#originals.has(original)) throw new TypeError('an object within itself');
    this.#originals.add(original);
    this.#opened.push({ original, copy: original });
  }

  /** Takes a copy for the object that was entered last. */
  replace(copy: object): void {
    const last = this.#opened.at(-1);
    if (last !== undefined) last.copy = copy;
  }

  #leaveTo(copy: unknown): void {
    let last = this.#opened.at(-1);
    while (last !== undefined && last.copy !== copy) {
      this.#originals.delete(last.original);
      this.#opened.pop();
      last = this.#opened.at(-1);
    }
  }
}
