// Owns things by their number, in the order in which they came, until they leave in any order. Kept beside a `Map`,
// which finds its first entry only behind all deleted ones. Knows nothing of the things.

export class InOrder<T> {
  readonly #things = new Map<number, T>();
  #next = 0;
  #oldest = 0;

  get size(): number {
    return this.#things.size;
  }

  /** Number of the oldest thing that is here, or of the next one. */
  get oldest(): number {
    return this.#oldest;
  }

  /** Number of the next thing. */
  get next(): number {
    return this.#next;
  }

  /** The oldest thing. */
  get first(): T | undefined {
    return this.#things.get(this.#oldest);
  }

  /** Returns the number of the thing. */
  add(thing: T): number {
    const number = this.#next++;
    this.#things.set(number, thing);
    return number;
  }

  get(number: number): T | undefined {
    return this.#things.get(number);
  }

  delete(number: number): void {
    this.#things.delete(number);
    while (this.#oldest < this.#next && !this.#things.has(this.#oldest)) this.#oldest++;
  }

  clear(): void {
    this.#things.clear();
    this.#oldest = this.#next;
  }

  values(): MapIterator<T> {
    return this.#things.values();
  }
}
