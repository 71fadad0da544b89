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
      const deliverer = exitDelivererOf(target);
      if (deliverer === undefined) target.forceFlush().catch(() => undefined);
      else deliverer.deliver(Math.max(endMillis - this.#clock.nowMillis(), 0));
    }
  }

  /** Ends the exports that a flush was overdue for: they would hold a process that has nothing else to do. */
  cutShort(): void {
    const message = `the process ends, and no answer came within ${this.#timeoutMillis} ms`;
    for (const target of this.#targets) exitDelivererOf(target)?.cutShort(new Error(message));
  }

  /**
   * Until a flush has found nothing that ended during the one before: the application goes on meanwhile.
   * That last flush waits for nobody, so that the process can end before another span does.
   */
  async #flush(): Promise<FlushEnd> {
    const endMillis = this.#clock.nowMillis() + this.#timeoutMillis;
    const errors: unknown[] = [];
    let before: number;
    let outcome: DrainOutcome;
    do {
      before = this.#received;
      const timeoutMillis = Math.max(endMillis - this.#clock.nowMillis(), 0);
      outcome = await drain(this.#targets, {
        clock: this.#clock,
        timeoutMillis,
        signal: undefined,
      });
      if (outcome.kind === 'done') errors.push(...outcome.errors);
    } while (outcome.kind === 'done' && this.#received > before);
    this.#current = undefined;
    const end = outcome.kind === 'done' ? 'done' : 'overdue';
    this.#warnOf(end, errors);
    return end;
  }

  /** Spans that our exporters were handed so far. */
  get #received(): number {
    return this.#targets.reduce((sum, one) => sum + (exitDelivererOf(one)?.received ?? 0), 0);
  }

  #warnOf(end: FlushEnd, errors: readonly unknown[]): void {
    const how =
      end === 'overdue'
        ? `took more than ${this.#timeoutMillis} ms`
        : `failed: ${errors.map((error) => reasonOf(error)).join('; ')}`;
    if (end === 'done' && errors.length === 0) return;
    const loss = 'spans that were not delivered are lost';
    this.#diagnostics.warn('exit', `the flush at the end of the process ${how}; ${loss}`);
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
    const deliverer = exitDelivererOf(target);
    if (deliverer !== undefined) registerExitDeliverer(counted, deliverer);
    return counted;
  }
}
