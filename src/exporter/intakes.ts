// Owns the intakes of an exporter, one for each processor that has spans encoded as they end. Knows
// nothing of what an intake does with them.

import { type IntakeOwner, type IntakeSettings, SpanIntake } from './span-intake.js';

export class Intakes {
  /** Weak: an intake that holds spans is kept by its timer, an empty one is collected with its processor. */
  readonly #refs = new Set<WeakRef<SpanIntake>>();

  open(settings: IntakeSettings, owner: IntakeOwner): SpanIntake {
    const intake = new SpanIntake(settings, owner);
    this.#refs.add(new WeakRef(intake));
    return intake;
  }

  get isEmpty(): boolean {
    return this.#present().every(({ isEmpty }) => isEmpty);
  }

  /** Whether an intake is reading spans: then a getter of such a span has called. */
  get isWorking(): boolean {
    return this.#present().some(({ isWorking }) => isWorking);
  }

  /** Has all spans exported; see `SpanIntake.seal`. Repeats, as spans read in one intake may end spans in another. */
  seal(): void {
    do {
      for (const intake of this.#present()) intake.seal();
    } while (!this.isEmpty && !this.isWorking);
  }

  /** Forgets all spans, including those to come. */
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
