// Owns the number of spans that this process found in its heap and did not send, because they are
// another's as well. It is outside the ledger's balance. Knows nothing of where they were found.

export class InheritedSpans {
  #count = 0;

  /** In all generations: what was discarded before the heap was duplicated is inherited, too. */
  get count(): number {
    return this.#count;
  }

  add(spans: number): void {
    this.#count += spans;
  }
}
