// Owns who waits for the exports that were under way at some moment, and what those come to together. Knows
// exports only by the numbers in which they began.

import { errorOf } from './export-failure.js';

/** The exports that were under way at one moment. */
export interface PresentExports {
  /** What they fail with, if they do; settles when all are over. */
  readonly outcome: Promise<Error | undefined>;
  /** To be called once, when nobody waits for them any more. */
  readonly leave: () => void;
}

interface Wait {
  /** Number of the first export that is none of them. */
  readonly end: number;
  /** Failures that had been noted when it began. */
  readonly noted: number;
  readonly settle: (error: Error | undefined) => void;
}

interface NotedFailure {
  readonly number: number;
  readonly error: Error;
}

/**
 * The failures are noted once for all who wait: where each request was flushed, the Agent hung and each flush
 * kept its own, 5 000 of them took 250 MB: `test/process/released-spans.test.ts`.
 */
export class FlushWaits {
  /** In the order in which they began, so that none has a lower `end` than those before it. */
  readonly #waits = new Set<Wait>();
  /** Failures of exports that ended while somebody waited for them. */
  #failures: NotedFailure[] = [];
  #forgotten = 0;

  /** Waits until all exports with a lower number than `end` are over. */
  begin(end: number): PresentExports {
    let settle: Wait['settle'] = () => undefined;
    const outcome = new Promise<Error | undefined>((resolve) => {
      settle = resolve;
    });
    const wait: Wait = { end, noted: this.#forgotten + this.#failures.length, settle };
    this.#waits.add(wait);
    return { outcome, leave: () => this.#remove(wait) };
  }

  /** An export has failed. */
  note(number: number, error: Error): void {
    if (this.#waits.size > 0) this.#failures.push({ number, error });
  }

  /** All exports with a lower number than `oldest` are over. */
  settleBefore(oldest: number): void {
    for (const wait of this.#waits) {
      if (wait.end > oldest) return;
      wait.settle(errorOf(this.#errorsFor(wait)));
      this.#remove(wait);
    }
  }

  #errorsFor({ end, noted }: Wait): readonly Error[] {
    const errors: Error[] = [];
    for (let index = noted - this.#forgotten; index < this.#failures.length; index++) {
      const failure = this.#failures[index];
      if (failure !== undefined && failure.number < end) errors.push(failure.error);
    }
    return errors;
  }

  #remove(wait: Wait): void {
    this.#waits.delete(wait);
    const [first] = this.#waits;
    const needless = (first?.noted ?? Infinity) - this.#forgotten;
    // Half of them at a time, so that none is moved often.
    if (needless * 2 <= this.#failures.length) return;
    this.#forgotten += Math.min(needless, this.#failures.length);
    this.#failures = this.#failures.slice(needless);
  }
}
