// Owns the number of spans that this process found in its heap and did not send, because they belong to
// another one as well. The number is outside the ledger's balance. Knows nothing of where they were found.

export class InheritedSpans {
  #count = 0;

  /** Over all generations: spans that were discarded before the heap was duplicated count, too. */
  get count(): number {
    return this.#count;
  }

  add(spans: number): void {
    this.#count += spans;
  }
}
