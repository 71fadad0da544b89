// Owns the number of spans that this process found in its heap and did not send, because the process
// that made them does. It is outside the ledger's balance. Knows nothing of where they were found.

import type { Generation, Generations } from './generation.js';

export class InheritedSpans {
  readonly #generations: Generations;
  /** The generation that has counted so far; the next one begins at 0. */
  #generation: Generation;
  #spans = 0;

  constructor(generations: Generations) {
    this.#generations = generations;
    this.#generation = generations.present;
  }

  get count(): number {
    return this.#generation === this.#generations.present ? this.#spans : 0;
  }

  add(spans: number): void {
    this.#spans = this.count + spans;
    this.#generation = this.#generations.present;
  }
}
