// Owns the life of an exporter in one generation of the process: running, draining, cut or stopped; `abandon` ends
// what it does in any of these, where the heap was duplicated. How spans become bytes, and bytes requests, is the
// business of `payload/` and `transport/`.

import { abortedBy, type Cancellation, SHUTDOWN } from '../cancellation.js';
import { Diagnostics } from '../diagnostics.js';
import { DatadogExportError } from '../errors.js';
import { Deferrals } from '../flush/deferrals.js';
import {
  flushLimits,
  type ForceFlushOptions,
  shutdownLimits,
  type ShutdownOptions,
} from '../flush/drain-options.js';
import type { ExitDeliverer } from '../flush/exit-deliverer.js';
import { flushEndedError } from '../flush/flush-failure.js';
import { beginGrace } from '../flush/grace.js';
import { AbortWatch } from '../lang/abort.js';
import { waitFor } from '../lang/bounded-wait.js';
import { type Dispose, nothingToDispose, systemClock } from '../lang/clock.js';
import { FencedClock } from '../lang/fenced-clock.js';
import { reasonOf } from '../lang/reason-text.js';
import type { LedgerCounts } from '../ledger.js';
import { type CheckedOptions, type ResolvedOptions, resolveOptions } from '../options.js';
import type { SampleRates } from '../sample-rates.js';
import type { ExportResult, ReadableSpan, ResultCallback } from '../sdk-contract.js';
import { preloadUndici } from '../transport/load-undici.js';
import { declineExport, declineSpan } from './declined-export.js';
import { deliverAtExit } from './exit-delivery.js';
import { cutSummary, wasAskedFor } from './export-failure.js';
import { type ExportSource, spanSource } from './export-source.js';
import { ExportTask } from './export-task.js';
import { ExportTasks } from './export-tasks.js';
import { Intakes } from './intakes.js';
import { sharedParts, type SharedParts } from './shared-parts.js';
import type { IntakeSettings, SpanIntake, SpanSink } from './span-intake.js';
import { untraced, untracedClock } from './tracing-suppression.js';

type ExporterState =
  | { readonly phase: 'running' }
  | { readonly phase: 'draining'; readonly done: Promise<void> }
  /** All exports were cancelled; one that begins late, as spans were still being read, is cancelled at once. */
  | { readonly phase: 'cut'; readonly done: Promise<void>; readonly cancellation: Cancellation }
  | { readonly phase: 'stopped' };

export class ExporterLife {
  readonly #options: ResolvedOptions;
  readonly #clock = new FencedClock(systemClock);
  readonly #onStopped: () => void;
  readonly #context: SharedParts;
  readonly #tasks = new ExportTasks();
  readonly #intakes = new Intakes();
  /** Watches the user's signal, but only while there are spans. */
  readonly #watch: AbortWatch;
  #state: ExporterState = { phase: 'running' };

  /** `onStopped` is called once the exporter has drained and stopped. */
  constructor(options: CheckedOptions, onStopped: () => void) {
    const diagnostics = new Diagnostics(untracedClock(this.#clock));
    this.#options = resolveOptions(options, (topic, message) => {
      diagnostics.warn(topic, message);
    });
    const deferrals = new Deferrals(() => this.#tasks.deferred);
    this.#context = sharedParts(this.#options, { clock: this.#clock, diagnostics, deferrals });
    this.#onStopped = onStopped;
    this.#watch = new AbortWatch(options.signal, () => {
      if (this.#state.phase === 'running') void this.#drain();
      this.#cut(abortedBy(options.signal));
    });
    // Not at once: as a rule instrumentation is set up after the exporter is made, and would trace the loading.
    queueMicrotask(() => untraced(() => preloadUndici(this.#options.requireFrom)));
  }

  /** Takes spans in an array that is not changed afterwards. */
  export(spans: readonly ReadableSpan[], resultCallback: ResultCallback): void {
    const result = this.#isOpen
      ? this.#accept(spans)
      : Promise.resolve(this.#decline(spans.length));
    void result.then((value) =>
      this.#callUser('the callback of an export', () => resultCallback(value)),
    );
  }

  /** Opens a sink for spans that come one by one; what it collects is exported like a batch. */
  openIntake(settings: IntakeSettings): SpanSink {
    const owner = {
      parts: this.#context,
      run: this.#run,
      onEmpty: () => this.#stopWatchingIfIdle(),
    };
    const intake = this.#intakes.open(settings, owner);
    return (span) => this.#takeIn(span, intake);
  }

  async forceFlush(options: ForceFlushOptions = {}): Promise<void> {
    const limits = flushLimits(options, this.#context.clock, this.#options.flushTimeoutMillis);
    const present = this.#afterSealing(() => this.#tasks.hurryPresent());
    const stopWatching = this.#watchDeferral(options.onDeferred);
    const begin = (): Promise<Error | undefined> => present.then((tasks) => tasks.outcome);
    const outcome = await waitFor(begin, limits);
    stopWatching();
    void present.then((tasks) => tasks.leave());
    if (outcome.kind !== 'done') throw flushEndedError(outcome, limits.timeoutMillis);
    if (outcome.value !== undefined) throw outcome.value;
  }

  async shutdown(options?: ShutdownOptions): Promise<void> {
    if (this.#state.phase === 'stopped') return;
    const done = this.#state.phase === 'running' ? this.#drain() : this.#state.done;
    const endGrace = this.#beginGrace(options);
    await done;
    endGrace();
  }

  /** Stops once what is under way has come to its end, however long that takes. */
  retire(): void {
    if (this.#state.phase === 'running') void this.#drain();
  }

  /**
   * Leaves everything as it is, because it belongs to another process as well. Nothing of it happens here
   * any more, and whoever waits for an export is told that all went well.
   *
   * @returns the number of spans that were under way.
   */
  abandon(): number {
    const { ledger, queue } = this.#context;
    const spans = ledger.close();
    this.#clock.close();
    queue.abandon();
    this.#watch.stop();
    this.#intakes.forget();
    this.#tasks.abandon();
    if (this.#state.phase === 'running') this.#state = { phase: 'stopped' };
    return spans;
  }

  get isRunning(): boolean {
    return this.#state.phase === 'running';
  }

  get options(): ResolvedOptions {
    return this.#options;
  }

  get counts(): LedgerCounts {
    return this.#context.ledger.counts();
  }

  get sampleRates(): SampleRates {
    return this.#context.sampleRates;
  }

  get exitDeliverer(): Omit<ExitDeliverer, 'exporter'> {
    const { ledger } = this.#context;
    return {
      account: () => ({ received: ledger.received, unsettled: ledger.unsettled }),
      hurry: (leftMillis, cause) => this.#hurry(leftMillis, { kind: 'timeout', cause }),
      cutShort: (cause) => this.#cut({ kind: 'timeout', cause }),
      handOver: () => this.#intakes.seal(),
      deliver: (timeoutMillis, limitMillis) =>
        deliverAtExit(this.#tasks, this.#context, { timeoutMillis, limitMillis }),
    };
  }

  get #isOpen(): boolean {
    return this.#state.phase === 'running' && this.#options.signal?.aborted !== true;
  }

  #accept(spans: readonly ReadableSpan[]): Promise<ExportResult> {
    const task = this.#newTask(spanSource(spans, this.#context.encoder), () => undefined);
    this.#context.ledger.receive(spans.length); // an instrument of the user may abort the task
    untraced(() => task.start());
    return task.result;
  }

  #takeIn(span: ReadableSpan, intake: SpanIntake): void {
    if (!this.#isOpen) {
      this.retire(); // still running if it was idle at the abort
      return declineSpan(this.#cancellation, this.#context);
    }
    const isFirst = this.#watch.start();
    const { ledger } = this.#context;
    ledger.receive(1); // an instrument of the user may shut the exporter down
    if (this.#isOpen) {
      intake.add(span);
    } else {
      ledger.take(1);
      ledger.dropped(this.#cancellation.kind, 1);
    }
    if (isFirst) this.#stopWatchingIfIdle(); // the span may have been dropped
  }

  /** Exports what an intake has collected. */
  readonly #run = (source: ExportSource, onUnderWay: () => void): void => {
    const task = this.#newTask(source, onUnderWay);
    // A getter of a span may have shut the exporter down: spans that ended before then get the grace, too.
    const state = this.#state;
    if (state.phase === 'cut') task.cancel(state.cancellation);
    else if (state.phase === 'stopped') task.cancel(this.#cancellation);
    else untraced(() => task.start());
  };

  #newTask(source: ExportSource, onUnderWay: () => void): ExportTask {
    const task = new ExportTask(source, this.#context, onUnderWay);
    this.#watch.start();
    this.#tasks.add(task);
    // Comes after `#tasks` has registered, so that the task has left `#tasks` by then.
    void task.result.then(({ error }) => this.#conclude(error));
    return task;
  }

  #conclude(error: Error | undefined): void {
    this.#stopWatchingIfIdle();
    this.#context.deferrals.changed();
    // Exports that were cut are summed up when the exporter has stopped.
    if (error instanceof DatadogExportError && !wasAskedFor(error)) {
      this.#context.diagnostics.warnOfLoss(error.kind, error.lostSpans, error.message);
    }
  }

  #stopWatchingIfIdle(): void {
    if (this.#tasks.isEmpty && this.#intakes.isEmpty) this.#watch.stop();
  }

  /** Seals what has ended, then does `work`. If a getter of a span has called, both wait until it has returned. */
  async #afterSealing<T>(work: () => T | Promise<T>): Promise<T> {
    this.#intakes.seal();
    if (this.#intakes.isWorking) await Promise.resolve();
    return work();
  }

  /** Calls `onDeferred` once all that is left of the present exports waits for a time that the Agent has set. */
  #watchDeferral(onDeferred: (() => void) | undefined): Dispose {
    if (onDeferred === undefined) return nothingToDispose;
    const tell = (): void => this.#callUser('onDeferred', onDeferred);
    return this.#context.deferrals.watch(this.#tasks.next, tell);
  }

  #decline(spans: number): ExportResult {
    this.retire();
    return declineExport(spans, this.#cancellation, this.#context);
  }

  /** Why nothing is accepted any more. */
  get #cancellation(): Cancellation {
    const { signal } = this.#options;
    return signal?.aborted === true ? abortedBy(signal) : SHUTDOWN;
  }

  #callUser(what: string, call: () => void): void {
    try {
      call();
    } catch (error) {
      this.#context.diagnostics.warn('callback', `${what} threw: ${reasonOf(error)}`);
    }
  }

  #drain(): Promise<void> {
    const results = this.#afterSealing(() => this.#tasks.results());
    // A getter of a span may have drained this life by now, or have begun another in a copy of the process.
    if (this.#state.phase === 'stopped') return Promise.resolve();
    if (this.#state.phase !== 'running') return this.#state.done;
    const done = results.then((all) => this.#stop(all));
    this.#state = { phase: 'draining', done };
    return done;
  }

  #cut(cancellation: Cancellation): void {
    this.#tasks.cancel(cancellation);
    if (this.#state.phase !== 'draining') return;
    this.#state = { phase: 'cut', done: this.#state.done, cancellation };
  }

  #hurry(leftMillis: number, cancellation: Cancellation): void {
    const deadlineMillis = this.#context.clock.nowMillis() + leftMillis;
    void this.#afterSealing(() => this.#tasks.hurry(deadlineMillis, cancellation));
  }

  #beginGrace(options: ShutdownOptions | undefined): Dispose {
    const { clock, diagnostics } = this.#context;
    const defaults = { clock, defaultMillis: this.#options.graceMillis };
    return beginGrace(shutdownLimits(options, defaults, diagnostics), {
      hurry: (leftMillis, cancellation) => this.#hurry(leftMillis, cancellation),
      cut: (cancellation) => this.#cut(cancellation),
    });
  }

  #stop(results: readonly ExportResult[]): void {
    const { queue, diagnostics, request } = this.#context;
    this.#state = { phase: 'stopped' };
    this.#watch.stop();
    queue.close();
    this.#onStopped();
    const cut = cutSummary(results, request);
    if (cut !== undefined) diagnostics.warn('cut', cut);
    diagnostics.warnOfHeldBack(request);
  }
}
