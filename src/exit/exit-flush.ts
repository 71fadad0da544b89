// Owns the flush of its targets while the process ends: one at a time, bounded, with a warning if it fails, and what is
// delivered after it while the event loop stands still. Knows nothing of events, nor of what ends the process.

import { Diagnostics } from '../diagnostics.js';
import { drain } from '../flush/drain.js';
import {
  type ExitAccount,
  type ExitDeliverer,
  exitDelivererOf,
  exitDeliverersOf,
} from '../flush/exit-deliverer.js';
import type { Flushable } from '../flush/flush-target.js';
import type { Clock } from '../lang/clock.js';
import { deferred } from '../lang/deferred.js';
import { reasonOf } from '../lang/reason-text.js';
import { shareTime } from '../lang/time-shares.js';
import type { Reraise } from './exit-policy.js';
import type { ExitSignal } from './exit-signals.js';
import { ExitTarget } from './exit-target.js';

/**
 * - `done`: nothing was left when the flush ended
 * - `busy`: spans kept ending during the flush
 * - `overdue`: its time was up, and a target may still be flushing
 */
export type FlushEnd = 'done' | 'busy' | 'overdue';

export interface ExitFlushOptions {
  readonly blockOnExit: boolean;
  readonly signals: readonly ExitSignal[];
  readonly timeoutMillis: number;
  readonly reraise: Reraise;
}

/** Most rounds of a flush. Under load there is no end of them: a few spans end during each request to an Agent. */
const MAX_ROUNDS = 4;
/** Time to send what ended after a failed flush, once the thread is up: many times what a healthy Agent takes. */
const LAST_CALL_MILLIS = 150;
/** Timers count in whole milliseconds, and may expire this much early. */
const EARLY_MILLIS = 1;

interface Flushing {
  readonly phase: 'flushing';
  readonly work: Promise<FlushEnd>;
  /** When its time is up. */
  readonly deadlineMillis: number;
  /** The exporters that had spans when it began, each with the number that it had settled by then. */
  begun: ReadonlyMap<object, number>;
}

interface Flushed {
  readonly phase: 'flushed';
  readonly end: FlushEnd;
  readonly deadlineMillis: number;
  /** The exporters that have kept it waiting until its time was up. */
  readonly stuck: readonly object[];
}

type FlushState = { readonly phase: 'none' } | Flushing | Flushed;

export class ExitFlush {
  readonly signals: readonly ExitSignal[];
  readonly reraise: Reraise;
  readonly blockOnExit: boolean;
  readonly #given: readonly Flushable[];
  readonly #targets: readonly ExitTarget[];
  readonly #timeoutMillis: number;
  readonly #clock: Clock;
  readonly #diagnostics: Diagnostics;
  #state: FlushState = { phase: 'none' };

  constructor(targets: readonly Flushable[], options: ExitFlushOptions, clock: Clock) {
    this.signals = options.signals;
    this.reraise = options.reraise;
    this.blockOnExit = options.blockOnExit;
    this.#given = targets;
    this.#targets = this.#given.map((one) => new ExitTarget(one));
    this.#timeoutMillis = options.timeoutMillis;
    this.#clock = clock;
    this.#diagnostics = new Diagnostics(clock);
  }

  /** Never rejects. A target that has hung since an earlier flush is not awaited: it would hold the process longer. */
  flush(): Promise<FlushEnd> {
    if (this.#state.phase === 'flushing') return this.#state.work;
    const deadlineMillis = this.#clock.nowMillis() + this.#timeoutMillis;
    const { promise: work, resolve } = deferred<FlushEnd>(); // a target may ask for the flush while it begins
    const flushing: Flushing = { phase: 'flushing', work, deadlineMillis, begun: new Map() };
    this.#state = flushing;
    void this.#flush(flushing).then(resolve);
    return work;
  }

  /** Flushes whatever holds spans, which hands them over at once. Not awaited: what it waits for comes no more. */
  handOver(): void {
    for (const target of this.#targets) {
      if (exitDelivererOf(target) === undefined) target.forceFlush().catch(() => undefined);
    }
    for (const deliverer of this.#deliverers) deliverer.handOver();
  }

  /**
   * Blocks the event loop while it delivers what was handed over, for its share of the time that is left at most. That
   * a thread has to be started first is charged to nobody. Whoever has kept a flush waiting comes first, as its time is
   * short, and leaves the rest to the others.
   */
  block(sinceMillis: number, share: number): void {
    const endMillis = sinceMillis + this.#timeoutMillis;
    const { stuck, deadlineMillis } = this.#waitedFor(sinceMillis);
    const late = this.#deliverers.filter(({ exporter }) => stuck.includes(exporter));
    const others = this.#deliverers.filter((deliverer) => !late.includes(deliverer));
    const shareUntil = (untilMillis: number): number => {
      const nowMillis = this.#clock.nowMillis();
      return nowMillis + (untilMillis - nowMillis) * share;
    };
    const lastCallMillis = Math.max(deadlineMillis, sinceMillis + LAST_CALL_MILLIS);
    this.#deliverUntil(late, shareUntil(Math.min(lastCallMillis, endMillis)), endMillis);
    this.#deliverUntil(others, shareUntil(endMillis), endMillis);
  }

  get unsettledExporters(): readonly object[] {
    return this.#deliverers.flatMap((deliverer) => unsettledExporterOf(deliverer));
  }

  /**
   * Delivers spans that ended after the flush, or while others were still being flushed, in what is left of
   * its time. As a rule there are none, and that costs nothing. If a second signal has cut the flush short,
   * nothing more is sent: what was under way is counted as lost, or as `unknown`.
   */
  finish(): void {
    const state = this.#state;
    const isOverdue = state.phase === 'flushed' && state.end === 'overdue';
    if (this.#deliverers.length === 0 || isOverdue) return;
    this.handOver();
    const untilMillis = state.phase === 'flushed' ? state.deadlineMillis : 0;
    this.#deliverUntil(this.#deliverers, untilMillis, untilMillis);
  }

  /** Aborts the exports of an overdue flush: they would keep a process alive that has nothing else to do. */
  cutShort(): void {
    const message = `the process ends, and no answer came within ${this.#timeoutMillis} ms`;
    for (const deliverer of this.#deliverers) deliverer.cutShort(new Error(message));
  }

  /**
   * The exporters for which a flush still waits, or has just waited in vain. They get no second full time: the process
   * would take twice as long to end as was said, and be killed.
   */
  #waitedFor(sinceMillis: number): Pick<Flushed, 'stuck' | 'deadlineMillis'> {
    const state = this.#state;
    if (state.phase === 'none') return { deadlineMillis: 0, stuck: [] };
    const { deadlineMillis } = state;
    if (state.phase === 'flushing') return { deadlineMillis, stuck: this.#stuckIn(state) };
    const isRecent = sinceMillis <= deadlineMillis + this.#timeoutMillis;
    return { deadlineMillis, stuck: isRecent ? state.stuck : [] };
  }

  /** The exporters that have settled nothing since the flush began: their Agent hangs, or they were given no time. */
  #stuckIn({ begun }: Flushing): readonly object[] {
    const isStuck = (one: ExitDeliverer): boolean =>
      begun.get(one.exporter) === settledIn(one.account());
    return this.#deliverers.filter(isStuck).map(({ exporter }) => exporter);
  }

  async #flush(flushing: Flushing): Promise<FlushEnd> {
    const { deadlineMillis } = flushing;
    const errors: unknown[] = [];
    const free = this.#targets.filter(({ isFlushing }) => !isFlushing);
    const ofFree = await this.#flushInRounds(free, flushing, errors);
    const end = free.length < this.#targets.length ? 'overdue' : ofFree;
    const stuck = end === 'overdue' ? this.#stuckIn(flushing) : [];
    this.#state = { phase: 'flushed', end, deadlineMillis, stuck };
    this.#warnOf(ofFree, errors);
    return end;
  }

  /**
   * The application goes on meanwhile, so each round may find spans that ended during the one before. A
   * round that starts with nothing under way and finds nothing has not waited: no span can end between it
   * and the end of the process.
   */
  async #flushInRounds(
    targets: readonly Flushable[],
    flushing: Flushing,
    errors: unknown[],
  ): Promise<FlushEnd> {
    const { deadlineMillis } = flushing;
    for (let round = 1; round <= MAX_ROUNDS; round++) {
      const before = this.#account;
      const timeoutMillis = Math.max(deadlineMillis - this.#clock.nowMillis(), 0);
      const limits = { clock: this.#clock, timeoutMillis, signal: undefined };
      const work = drain(targets, limits);
      const cause = new Error('the process ends, and the Agent asked to be retried later');
      // Resource attributes, too, may come later than the process can wait, or never.
      for (const deliverer of this.#deliverers) deliverer.hurry(timeoutMillis, cause);
      if (round === 1) flushing.begun = this.#unsettled();
      const outcome = await work;
      if (outcome.kind === 'done') errors.push(...outcome.errors);
      if (outcome.kind !== 'done' || this.#hasRunOut(errors, deadlineMillis)) return 'overdue';
      if (before.unsettled === 0 && this.#account.received === before.received) return 'done';
    }
    return 'busy';
  }

  /** After targets have handed over what they held. */
  #unsettled(): ReadonlyMap<object, number> {
    const accounts = this.#deliverers.map((one) => [one.exporter, one.account()] as const);
    const waiting = accounts.filter(([, { unsettled }]) => unsettled > 0);
    return new Map(waiting.map(([exporter, account]) => [exporter, settledIn(account)]));
  }

  /** Whether errors are due to the time limit: targets know it, too, and may give up just before our wait ends. */
  #hasRunOut(errors: readonly unknown[], deadlineMillis: number): boolean {
    return errors.length > 0 && this.#clock.nowMillis() >= deadlineMillis - EARLY_MILLIS;
  }

  /** A deliverer that takes longer than its share, to start a thread, takes nothing from those behind it. */
  #deliverUntil(
    deliverers: readonly ExitDeliverer[],
    deadlineMillis: number,
    endMillis: number,
  ): void {
    let ownEndMillis = deadlineMillis;
    shareTime(deliverers, unsettledExporterOf, (deliverer, share) => {
      const startMillis = this.#clock.nowMillis();
      const timeoutMillis = Math.max(ownEndMillis - startMillis, 0) * share;
      deliverer.deliver(timeoutMillis, Math.max(endMillis - startMillis, 0));
      const over = this.#clock.nowMillis() - startMillis - timeoutMillis;
      ownEndMillis = Math.min(ownEndMillis + Math.max(over, 0), endMillis);
    });
  }

  get #deliverers(): readonly ExitDeliverer[] {
    return [...new Set(this.#given.flatMap((target) => exitDeliverersOf(target)))];
  }

  get #account(): ExitAccount {
    const byExporter = this.#deliverers.map((one) => [one.exporter, one.account()] as const);
    const accounts = [...new Map(byExporter).values()];
    return {
      received: accounts.reduce((sum, { received }) => sum + received, 0),
      unsettled: accounts.reduce((sum, { unsettled }) => sum + unsettled, 0),
    };
  }

  #warnOf(end: FlushEnd, errors: readonly unknown[]): void {
    const how =
      end === 'overdue'
        ? `took more than ${this.#timeoutMillis} ms`
        : `failed: ${[...new Set(errors.map(reasonOf))].join('; ')}`; // each round may fail again
    if (end !== 'overdue' && errors.length === 0) return;
    const { unsettled } = this.#account;
    const atMost = unsettled > 0 ? ` (up to ${unsettled})` : '';
    const loss = `spans that were not delivered are lost${atMost}`;
    this.#diagnostics.warn('exit', `the flush at the end of the process ${how}; ${loss}`);
  }
}

function settledIn({ received, unsettled }: ExitAccount): number {
  return received - unsettled;
}

/** The exporter of the deliverer, if it has spans that are neither exported nor dropped. */
function unsettledExporterOf(deliverer: ExitDeliverer): readonly object[] {
  return deliverer.account().unsettled > 0 ? [deliverer.exporter] : [];
}
