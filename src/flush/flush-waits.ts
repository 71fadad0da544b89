// Owns the waits for the exports that were under way at some moment, and the common result of these. Knows
// exports only by number, in the order in which they began.

import { deferred } from '../lang/deferred.js';
import { InOrder } from '../lang/in-order.js';
import {
  errorOf,
  type FailureTotals,
  MAX_LISTED_ERRORS,
  minus,
  NO_FAILURES,
  plus,
} from './flush-failure.js';

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
  /** All failures that had been noted when the wait began. */
  readonly before: FailureTotals;
  readonly settle: (error: Error | undefined) => void;
}

interface NotedFailure {
  readonly number: number;
  readonly error: Error;
}

/**
 * Failures are noted once for all waits, and summed up once. When each flush kept its own, 5 000 flushes, one after
 * each request while the Agent hung, took 250 MB (`test/process/released-spans.test.ts`); when each added them up,
 * 12 000 of them that failed together blocked for 2 s (`test/flush/flush-waits.test.ts`).
 */
export class FlushWaits {
  /** In the order in which they began, so that none has a lower `end` than those before it. */
  readonly #waits = new InOrder<Wait>();
  /** Failures of exports that ended while somebody waited for them, in the order in which they ended. */
  #failures: NotedFailure[] = [];
  /** Those of them whose exports are not older than all that are under way, by the number of the export. */
  readonly #ahead = new Map<number, Error>();
  #noted = NO_FAILURES;
  /** The failures of all exports before `#oldest`. */
  #passed = NO_FAILURES;
  #oldest = 0;

  /** Waits until all exports with a lower number than `end` are over. */
  begin(end: number): PresentExports {
    const { promise: outcome, resolve: settle } = deferred<Error | undefined>();
    const number = this.#waits.add({ end, before: this.#noted, settle });
    return { outcome, leave: () => this.#remove(number) };
  }

  /** To be called when an export has failed. */
  note(number: number, error: Error): void {
    if (this.#waits.size === 0) return;
    this.#failures.push({ number, error });
    this.#ahead.set(number, error);
    this.#noted = plus(this.#noted, error);
  }

  /** To be called when all exports with a lower number than `oldest` are over. */
  settleBefore(oldest: number): void {
    for (;;) {
      const wait = this.#waits.first;
      if (wait === undefined || wait.end > oldest) break;
      this.#passTo(wait.end);
      wait.settle(this.#errorFor(wait));
      this.#remove(this.#waits.oldest);
    }
    this.#passTo(oldest);
  }

  /** Number of failures that no wait needs any more. */
  get #forgotten(): number {
    return this.#noted.exports - this.#failures.length;
  }

  #passTo(oldest: number): void {
    for (; this.#oldest < oldest; this.#oldest++) {
      const error = this.#ahead.get(this.#oldest);
      if (error === undefined) continue;
      this.#passed = plus(this.#passed, error);
      this.#ahead.delete(this.#oldest);
    }
  }

  /** Of a wait for all exports before `#oldest`. */
  #errorFor(wait: Wait): Error | undefined {
    const totals = minus(this.#passed, wait.before);
    const listed = Math.min(totals.exports, MAX_LISTED_ERRORS);
    return listed === 0 ? undefined : errorOf(this.#firstErrors(wait, listed), totals);
  }

  #firstErrors({ end, before }: Wait, count: number): readonly Error[] {
    const errors: Error[] = [];
    for (let index = before.exports - this.#forgotten; index < this.#failures.length; index++) {
      const failure = this.#failures[index];
      if (failure === undefined || errors.length === count) break;
      if (failure.number < end) errors.push(failure.error);
    }
    return errors;
  }

  #remove(number: number): void {
    this.#waits.delete(number);
    const { first } = this.#waits;
    if (first === undefined) return this.#forgetAll();
    const needless = first.before.exports - this.#forgotten;
    // Forgets more than half of the failures or none, so that no failure is moved often.
    if (needless * 2 <= this.#failures.length) return;
    this.#failures = this.#failures.slice(needless);
  }

  #forgetAll(): void {
    this.#failures = [];
    this.#ahead.clear();
    this.#noted = NO_FAILURES;
    this.#passed = NO_FAILURES;
  }
}
