// Owns the waits for the exports that were under way at some moment, and the common result of these. Knows
// exports only by number, in the order in which they began.

import { errorOf } from './flush-failure.js';
import { deferred } from './lang/deferred.js';

/** The exports that were under way at one moment. */
export interface PresentExports {
  /** Their common error, if any of them fails; settles when all are over. */
  readonly outcome: Promise<Error | undefined>;
  /** To be called once, when nobody waits for them any more. */
  readonly leave: () => void;
}

interface Wait {
  /** Number of the first export that is not waited for. */
  readonly end: number;
  /** Number of failures that had been noted when the wait began. */
  readonly noted: number;
  readonly settle: (error: Error | undefined) => void;
}

interface NotedFailure {
  readonly number: number;
  readonly error: Error;
}

/**
 * Failures are noted once for all waits. When each flush kept its own, 5 000 flushes, one after each request
 * while the Agent hung, took 250 MB: `test/process/released-spans.test.ts`.
 */
export class FlushWaits {
  /** In the order in which they began, so that none has a lower `end` than those before it. */
  readonly #waits = new Set<Wait>();
  /** Failures of exports that ended while somebody waited for them. */
  #failures: NotedFailure[] = [];
  #forgotten = 0;

  /** Waits until all exports with a lower number than `end` are over. */
  begin(end: number): PresentExports {
    const { promise: outcome, resolve: settle } = deferred<Error | undefined>();
    const wait: Wait = { end, noted: this.#forgotten + this.#failures.length, settle };
    this.#waits.add(wait);
    return { outcome, leave: () => this.#remove(wait) };
  }

  /** To be called when an export has failed. */
  note(number: number, error: Error): void {
    if (this.#waits.size > 0) this.#failures.push({ number, error });
  }

  /** To be called when all exports with a lower number than `oldest` are over. */
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
    // Forgets more than half of the failures or none, so that no failure is moved often.
    if (needless * 2 <= this.#failures.length) return;
    this.#forgotten += Math.min(needless, this.#failures.length);
    this.#failures = this.#failures.slice(needless);
  }
}
