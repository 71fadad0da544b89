// Owns the intakes of an exporter, one for each processor that has spans encoded as they end. Knows
// nothing of what an intake does with them.

import { type IntakeOwner, type IntakeSettings, SpanIntake } from './span-intake.js';

export class Intakes {
  /** One that holds spans has a timer, which keeps it; an empty one goes with its processor. */
  readonly #refs = new Set<WeakRef<SpanIntake>>();

  open(settings: IntakeSettings, owner: IntakeOwner): SpanIntake {
    const intake = new SpanIntake(settings, owner);
    this.#refs.add(new WeakRef(intake));
    return intake;
  }

  get isEmpty(): boolean {
    return this.#present().every(({ isEmpty }) => isEmpty);
  }

  /** Whether one of them is reading spans: then it is such a span that has called. */
  get isWorking(): boolean {
    return this.#present().some(({ isWorking }) => isWorking);
  }

  /** Has all spans exported; see `SpanIntake.seal`. What is read in one may end spans in another. */
  seal(): void {
    do {
      for (const intake of this.#present()) intake.seal();
    } while (!this.isEmpty && !this.isWorking);
  }

  /** Forgets all spans, those to come as well. */
  forget(): void {
    for (const intake of this.#present()) intake.forget();
  }

  #present(): readonly SpanIntake[] {
    const present: SpanIntake[] = [];
    for (const ref of this.#refs) {
      const intake = ref.deref();
      if (intake === undefined) this.#refs.delete(ref);
      else present.push(intake);
    }
    return present;
  }
}
