// Owns the time that one invocation of a serverless function spends on flushing, and the order in which
// its results are released. Knows nothing of handlers, nor of what a result is.

import type { Diagnostics } from '../diagnostics.js';
import type { Clock } from '../lang/clock.js';
import { reasonOf } from '../lang/reason-text.js';
import { drain, type DrainLimits, type DrainOutcome } from './drain.js';
import type { Flushable } from './flush-target.js';

/** What all invocations of a function share. */
export interface InvocationSettings {
  readonly targets: readonly Flushable[];
  readonly timeoutMillis: number;
  readonly clock: Clock;
  readonly diagnostics: Diagnostics;
}

/**
 * Time left to the platform to hand over the result. At its deadline it ends the process, and spans and
 * result are both lost; a timer may be tens of milliseconds late where the CPU is throttled.
 */
const MARGIN_MILLIS = 100;

export class Invocation {
  readonly #settings: InvocationSettings;
  /** Time that the platform grants until the end of the invocation; `Infinity` if it does not say. */
  readonly #remainingMillis: () => number;
  /** Time left for all drains of the invocation together. */
  #leftMillis: number;
  #last: Promise<void> = Promise.resolve();

  constructor(settings: InvocationSettings, remainingMillis: () => number) {
    this.#settings = settings;
    this.#remainingMillis = remainingMillis;
    this.#leftMillis = settings.timeoutMillis;
  }

  /**
   * Resolves when a result may be released, in the order of the calls. Never rejects. Begins in the next
   * microtask, so that it covers a span that ends right after a callback was called.
   */
  flush(): Promise<void> {
    this.#last = this.#last.then(() => this.#drain());
    return this.#last;
  }

  async #drain(): Promise<void> {
    const { targets, clock, diagnostics } = this.#settings;
    const startMillis = clock.nowMillis();
    const timeoutMillis = Math.min(this.#leftMillis, this.#grantedMillis);
    if (timeoutMillis <= 0) {
      diagnostics.warn('skipped', 'no time was left to flush; spans wait for the next invocation');
      return;
    }
    const limits: DrainLimits = { clock, timeoutMillis, signal: undefined, deferral: 'leave' };
    this.#report(await drain(targets, limits), timeoutMillis);
    this.#leftMillis -= clock.nowMillis() - startMillis;
  }

  get #grantedMillis(): number {
    try {
      return this.#remainingMillis() - MARGIN_MILLIS;
    } catch {
      return Infinity; // a context that was made by hand
    }
  }

  #report(outcome: DrainOutcome, timeoutMillis: number): void {
    const { diagnostics } = this.#settings;
    if (outcome.kind === 'timeout') {
      const millis = Math.ceil(timeoutMillis);
      diagnostics.warn(
        'timeout',
        `the flush of an invocation ended after ${millis} ms; the exports go on in the next one`,
      );
    } else if (outcome.kind === 'done' && outcome.errors.length > 0) {
      const reasons = outcome.errors.map((error) => reasonOf(error));
      diagnostics.warn('failed', `the flush of an invocation failed: ${reasons.join('; ')}`);
    }
  }
}
