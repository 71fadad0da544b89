// Owns the exporter's life cycle: running, draining, stopped. How spans become bytes, and bytes
// requests, is the business of `payload/` and `transport/`.

import { allDeferred } from './deferrals.js';
import { Diagnostics } from './diagnostics.js';
import {
  flushLimits,
  type ForceFlushOptions,
  shutdownLimits,
  type ShutdownOptions,
} from './drain-options.js';
import { countOf, DatadogExportError, reasonOf } from './errors.js';
import { exportContext, type SharedParts } from './export-context.js';
import { combinedError, exportError, flushEndedError } from './export-failure.js';
import { ExportTask } from './export-task.js';
import { type ExitDeliverer, registerExitDeliverer } from './exit-deliverer.js';
import { deliverAtExit } from './exit-delivery.js';
import { onAbort } from './lang/abort.js';
import { waitFor } from './lang/bounded-wait.js';
import { type Dispose, nothingToDispose, systemClock } from './lang/clock.js';
import type { LedgerSnapshot } from './ledger.js';
import {
  type DatadogSpanExporterOptions,
  type ResolvedOptions,
  resolveOptions,
} from './options.js';
import type { RateByService } from './sample-rates.js';
import type { ExportResult, ReadableSpan, SpanExporter } from './sdk-contract.js';
import { untraced } from './tracing-suppression.js';
import { preloadUndici } from './transport/load-undici.js';
import type { Cancellation } from './transport/send-outcome.js';

type ResultCallback = (result: ExportResult) => void;

type ExporterState =
  | { readonly phase: 'running' }
  | { readonly phase: 'draining'; readonly done: Promise<void> }
  | { readonly phase: 'stopped' };

/** Sends finished spans to the Datadog Agent. Give it to a span processor of the SDK. */
export class DatadogSpanExporter implements SpanExporter {
  readonly #options: ResolvedOptions;
  readonly #context: SharedParts;
  readonly #tasks = new Set<ExportTask>();
  /** Results of the present tasks, once a flush has asked for them. */
  #flush: Promise<readonly ExportResult[]> | undefined;
  /** Removes the listener from the user's signal, which is there only while exports are under way. */
  #stopListening = nothingToDispose;
  #state: ExporterState = { phase: 'running' };

  /** @throws TypeError or RangeError for an option of the wrong type or range. */
  constructor(options: DatadogSpanExporterOptions = {}) {
    const diagnostics = new Diagnostics(systemClock);
    this.#options = resolveOptions(options, (variable, message) => {
      diagnostics.warn(variable, message);
    });
    this.#context = exportContext(this.#options, systemClock, diagnostics);
    registerExitDeliverer(this, this.#exitDeliverer());
    preloadUndici(this.#options.requireFrom);
  }

  /**
   * Takes the spans as they are now and calls back once, later. Never throws. Encodes for 5 ms in a turn
   * of the event loop and goes on in the next one; what is left is copied, up to 4 096 spans in a turn.
   * More than that are read in later turns.
   *
   * Success means that the Agent accepted every valid span. Spans that no Agent would take are
   * dropped and counted in `stats()`; they do not fail the others.
   */
  export(spans: readonly ReadableSpan[], resultCallback: ResultCallback): void {
    const batch = copyOf(spans);
    const isRunning = this.#state.phase === 'running' && this.#options.signal?.aborted !== true;
    const result = isRunning ? this.#accept(batch) : this.#decline(batch.length);
    void result.then((value) =>
      this.#callUser('the callback of an export', () => resultCallback(value)),
    );
  }

  /**
   * Waits until every span accepted before this call is settled. A payload that backs off is tried
   * once more at once, and for the last time, unless the Agent has said when to come back.
   *
   * @throws DatadogExportError if some of them were lost, or if the wait ended before they were
   * settled (`timeout`, `aborted`: nothing is lost by that).
   */
  async forceFlush(options: ForceFlushOptions = {}): Promise<void> {
    const limits = flushLimits(options, this.#context.clock, this.#options.flushTimeoutMillis);
    const work = this.#hurriedResults();
    const stopWatching = this.#watchDeferral(options.onDeferred);
    const outcome = await waitFor(work, limits);
    stopWatching();
    if (outcome.kind !== 'done') throw flushEndedError(outcome, limits.timeoutMillis);
    const error = combinedError(outcome.value.flatMap((result) => result.error ?? []));
    if (error !== undefined) throw error;
  }

  /**
   * Takes no more spans, lets exports under way finish within the grace, then aborts them and closes
   * all connections. Always resolves; spans that were cut are counted and warned about.
   */
  async shutdown(options?: ShutdownOptions): Promise<void> {
    if (this.#state.phase === 'stopped') return;
    const done = this.#state.phase === 'draining' ? this.#state.done : this.#drain();
    const lift = this.#limitDrain(options ?? {});
    await done;
    lift();
  }

  /** Shutdown, for `await using`. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.shutdown();
  }

  /** Longest wait of a flush that names none. */
  get flushTimeoutMillis(): number {
    return this.#options.flushTimeoutMillis;
  }

  /** Grace of a shutdown that names none. */
  get graceMillis(): number {
    return this.#options.graceMillis;
  }

  /** Where each span that was handed over has ended; a snapshot. */
  stats(): LedgerSnapshot {
    return this.#context.ledger.snapshot();
  }

  /** The Agent's last sampling rates, by `service:<name>,env:<env>`. */
  get sampleRates(): RateByService {
    return this.#context.sampleRates.rates;
  }

  #exitDeliverer(): ExitDeliverer {
    const { ledger } = this.#context;
    return {
      get received() {
        return ledger.received;
      },
      get unsettled() {
        return ledger.unsettled;
      },
      cutShort: (cause) => this.#cut({ kind: 'timeout', cause }),
      deliver: (timeoutMillis) => deliverAtExit(this.#tasks, this.#context, timeoutMillis),
    };
  }

  #accept(spans: readonly ReadableSpan[]): Promise<ExportResult> {
    const task = new ExportTask(spans, this.#context);
    if (this.#tasks.size === 0) this.#listen();
    this.#tasks.add(task);
    this.#flush = undefined;
    this.#context.ledger.receive(spans.length); // an instrument of the user may abort the task
    untraced(() => task.start());
    return task.result.then((result) => this.#conclude(task, result));
  }

  #conclude(task: ExportTask, result: ExportResult): ExportResult {
    this.#tasks.delete(task);
    this.#flush = undefined;
    if (this.#tasks.size === 0) this.#stopListening();
    this.#context.deferrals.changed();
    const { error } = result;
    // What is cut is summed up when the exporter has stopped.
    if (error instanceof DatadogExportError && !isCut(error)) {
      this.#context.diagnostics.warn(error.kind, error.message);
    }
    return result;
  }

  #listen(): void {
    const { signal } = this.#options;
    this.#stopListening = onAbort(signal, () => {
      if (this.#state.phase === 'running') void this.#drain();
      this.#cut({ kind: 'aborted', cause: signal?.reason });
    });
  }

  /** Of all exports under way; flushes that come in a row share them. */
  #hurriedResults(): Promise<readonly ExportResult[]> {
    if (this.#flush === undefined) {
      for (const task of this.#tasks) task.hurry();
      this.#flush = this.#results();
    }
    return this.#flush;
  }

  /** Of the present exports. */
  #watchDeferral(onDeferred: (() => void) | undefined): Dispose {
    if (typeof onDeferred !== 'function') return nothingToDispose;
    const isDeferred = allDeferred(this.#tasks, (task) => this.#tasks.has(task));
    const tell = (): void => this.#callUser('onDeferred', onDeferred);
    return this.#context.deferrals.watch(isDeferred, tell);
  }

  #results(): Promise<readonly ExportResult[]> {
    return Promise.all([...this.#tasks].map((task) => task.result));
  }

  #decline(spans: number): Promise<ExportResult> {
    const { ledger, request, diagnostics } = this.#context;
    if (this.#state.phase === 'running') void this.#drain(); // nothing was under way at the abort
    const cancellation = this.#cancellation();
    ledger.receive(spans);
    ledger.take(spans);
    ledger.dropped(cancellation.kind, spans);
    const error = exportError([{ ...cancellation, spans, attempts: 0 }], request);
    if (spans > 0) diagnostics.warn('declined', error.message);
    return Promise.resolve({ code: 1, error });
  }

  /** Why nothing is accepted any more. */
  #cancellation(): Cancellation {
    const { signal } = this.#options;
    return signal?.aborted === true
      ? { kind: 'aborted', cause: signal.reason }
      : { kind: 'shutdown' };
  }

  #callUser(what: string, call: () => void): void {
    try {
      call();
    } catch (error) {
      this.#context.diagnostics.warn('callback', `${what} threw: ${reasonOf(error)}`);
    }
  }

  #drain(): Promise<void> {
    const done = this.#results().then((results) => this.#stop(results));
    this.#state = { phase: 'draining', done };
    return done;
  }

  #cut(cancellation: Cancellation): void {
    for (const task of this.#tasks) task.cancel(cancellation);
  }

  /** Cuts the drain at the end of the grace or when the signal aborts, whichever is first. */
  #limitDrain(options: ShutdownOptions): Dispose {
    const { clock, diagnostics } = this.#context;
    const defaults = { clock, defaultMillis: this.#options.graceMillis };
    const { signal, timeoutMillis: grace } = shutdownLimits(options, defaults, diagnostics);
    const stopListening = onAbort(signal, () =>
      this.#cut({ kind: 'aborted', cause: signal?.reason }),
    );
    if (grace === 0) {
      this.#cut({ kind: 'shutdown' });
      return stopListening;
    }
    for (const task of this.#tasks) task.hurry(clock.nowMillis() + grace);
    const stopTimer = clock.schedule(grace, () => this.#cut({ kind: 'shutdown' }));
    return () => {
      stopTimer();
      stopListening();
    };
  }

  #stop(results: readonly ExportResult[]): void {
    const { queue, diagnostics, request } = this.#context;
    this.#state = { phase: 'stopped' };
    queue.close();
    const cut = results.flatMap(({ error }) => {
      return error instanceof DatadogExportError && isCut(error) ? error : [];
    });
    const [first] = cut;
    if (first === undefined) return;
    const lost = cut.reduce((sum, { lostSpans }) => sum + lostSpans, 0);
    diagnostics.warn('cut', `${first.kind}: ${countOf(lost, 'span')} lost, ${request}`);
  }
}

/** Whether somebody wanted the export to end, be it us at the end of the grace. */
function isCut({ kind }: DatadogExportError): boolean {
  return kind === 'shutdown' || kind === 'aborted';
}

/** A copy, because the caller may reuse its array; from JavaScript it may be anything. */
function copyOf(spans: readonly ReadableSpan[]): readonly ReadableSpan[] {
  try {
    const given: unknown = spans;
    return Array.isArray(given) ? spans.slice() : [];
  } catch {
    return []; // a revoked proxy
  }
}
