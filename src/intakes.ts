// Owns the intakes of an exporter, one for each processor that has spans encoded as they end. Knows
// nothing of what an intake does with them.

import { type IntakeOwner, type IntakeSettings, SpanIntake } from './span-intake.js';

export class Intakes {
  readonly #intakes = new Set<SpanIntake>();

  open(settings: IntakeSettings, owner: IntakeOwner): SpanIntake {
    const intake = new SpanIntake(settings, owner);
    this.#intakes.add(intake);
    return intake;
  }

  get isEmpty(): boolean {
    return [...this.#intakes].every(({ isEmpty }) => isEmpty);
  }

  /** Whether one of them is reading spans: then it is such a span that has called. */
  get isWorking(): boolean {
    return [...this.#intakes].some(({ isWorking }) => isWorking);
  }

  /** Has all spans exported; see `SpanIntake.seal`. What is read in one may end spans in another. */
  seal(): void {
    do {
      for (const intake of this.#intakes) intake.seal();
    } while (!this.isEmpty && !this.isWorking);
  }

  /** Forgets all spans, those to come as well. */
  forget(): void {
    for (const intake of this.#intakes) intake.forget();
  }
}
