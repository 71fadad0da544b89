// Owns flushing one target while the process ends: one flush at a time, bounded, and a warning if it
// fails. Knows nothing of events, nor of what ends the process.

import { Diagnostics } from './diagnostics.js';
import { reasonOf } from './errors.js';
import { exitDelivererOf, registerExitDeliverer } from './exit-deliverer.js';
import type { Reraise } from './exit-policy.js';
import type { ExitSignal } from './exit-signals.js';
import { drain, type DrainOutcome, type Flushable, type FlushTarget } from './flushable.js';
import type { Clock } from './lang/clock.js';

/** `overdue`: its time was up, and the target may be at it still. */
export type FlushEnd = 'done' | 'overdue';

export interface ExitFlushOptions {
  readonly blockOnExit: boolean;
  readonly signals: readonly ExitSignal[];
  readonly timeoutMillis: number;
  readonly reraise: Reraise;
}

export class ExitFlush {
  readonly signals: readonly ExitSignal[];
  readonly reraise: Reraise;
  readonly blockOnExit: boolean;
  readonly #targets: readonly Flushable[];
  readonly #timeoutMillis: number;
  readonly #clock: Clock;
  readonly #diagnostics: Diagnostics;
  /** Calls of `forceFlush` that have not come back. */
  #calls = 0;
  #current: Promise<FlushEnd> | undefined;

  constructor(target: FlushTarget, options: ExitFlushOptions, clock: Clock) {
    this.signals = options.signals;
    this.reraise = options.reraise;
    this.blockOnExit = options.blockOnExit;
    this.#targets = [target].flat().map((one) => this.#counted(one));
    this.#timeoutMillis = options.timeoutMillis;
    this.#clock = clock;
    this.#diagnostics = new Diagnostics(clock);
  }

  /** Never rejects. A target that hangs is not waited for again: it would hold the process longer. */
  flush(): Promise<FlushEnd> {
    if (this.#current !== undefined) return this.#current;
    if (this.#calls > 0) return Promise.resolve('overdue');
    this.#current = this.#flush();
    return this.#current;
  }

  /**
   * Delivers while the event loop stands still. What holds spans hands them over as soon as it is told
   * to flush; nothing that it waits for comes any more.
   */
  block(): void {
    const endMillis = this.#clock.nowMillis() + this.#timeoutMillis;
    for (const target of this.#targets) {
      const deliver = exitDelivererOf(target);
      if (deliver === undefined) target.forceFlush().catch(() => undefined);
      else deliver(Math.max(endMillis - this.#clock.nowMillis(), 0));
    }
  }

  async #flush(): Promise<FlushEnd> {
    const limits = { clock: this.#clock, timeoutMillis: this.#timeoutMillis, signal: undefined };
    const outcome = await drain(this.#targets, limits);
    this.#current = undefined;
    this.#warnOf(outcome);
    return outcome.kind === 'done' ? 'done' : 'overdue';
  }

  #warnOf(outcome: DrainOutcome): void {
    const loss = 'spans that were not delivered are lost when the process ends';
    if (outcome.kind !== 'done') {
      const message = `the flush at the end of the process took more than ${this.#timeoutMillis} ms; ${loss}`;
      this.#diagnostics.warn('exit', message);
    } else if (outcome.errors.length > 0) {
      const reason = reasonOf(outcome.errors[0]);
      this.#diagnostics.warn(
        'exit',
        `the flush at the end of the process failed; ${loss}: ${reason}`,
      );
    }
  }

  #counted(target: Flushable): Flushable {
    const counted: Flushable = {
      forceFlush: async (options) => {
        this.#calls++;
        try {
          await target.forceFlush(options);
        } finally {
          this.#calls--;
        }
      },
    };
    const deliver = exitDelivererOf(target);
    if (deliver !== undefined) registerExitDeliverer(counted, deliver);
    return counted;
  }
}
