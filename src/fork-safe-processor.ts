// Owns the life cycle of an SDK span processor in front of an exporter: it hands over the spans of this
// process only, a flush drains both, and a shutdown ends both within one grace. Knows nothing of how
// either does its work.

import type { Context } from '@opentelemetry/api';
import { checkObject, expectation } from './configuration/option-checks.js';
import { type OptionNames, warnOfUnknownOptions } from './configuration/unknown-options.js';
import { Diagnostics } from './diagnostics.js';
import { DatadogExportError } from './errors.js';
import {
  flushLimits,
  type ForceFlushOptions,
  shutdownLimits,
  type ShutdownOptions,
} from './flush/drain-options.js';
import {
  type ExitDeliverer,
  exitDelivererOf,
  registerExitDeliverer,
} from './flush/exit-deliverer.js';
import { type DrainableExporter, ExporterDrain, isExporter } from './flush/exporter-drain.js';
import { flushEndedError, flushError } from './flush/flush-failure.js';
import { generations } from './fork/generation.js';
import { isBuildingSnapshot } from './fork/snapshot-callbacks.js';
import { waitFor, type WaitLimits } from './lang/bounded-wait.js';
import { systemClock } from './lang/clock.js';
import { countOf } from './lang/count-text.js';
import { deferred } from './lang/deferred.js';
import { reasonOf } from './lang/reason-text.js';
import { GenerationExporter } from './processor/generation-exporter.js';
import {
  type CreateProcessor,
  InnerProcessor,
  type NotedFlush,
} from './processor/inner-processor.js';
import { isSampled } from './processor/sampled-spans.js';
import type { ReadableSpan, Span, SpanExporter, SpanProcessor } from './sdk-contract.js';

export interface ForkSafeSpanProcessorOptions {
  /** The exporter, flushed and shut down with the processor. */
  readonly exporter: DrainableExporter;
  /**
   * Makes the processor that collects spans, e.g. `(exporter) => new BatchSpanProcessor(exporter)`; in SDK 3
   * `new BatchSpanProcessor({ exporter })`. Called at once, and again after the heap was duplicated. It must export
   * to that exporter.
   */
  readonly createProcessor: (exporter: SpanExporter) => SpanProcessor;
}

interface Ending {
  readonly phase: 'ending';
  readonly inner: InnerProcessor;
  /** Settles when the inner processor has handed over all that it held, or when `close` is called; never rejects. */
  readonly handOver: Promise<void>;
  readonly close: () => void;
}

type ProcessorState = { readonly phase: 'running'; readonly inner: InnerProcessor } | Ending;

/**
 * Wraps an SDK span processor in front of an exporter: spans that it held when the heap was duplicated
 * are not sent again, `forceFlush()` drains the exporter too, and `shutdown()` keeps to the exporter's
 * grace.
 */
export class ForkSafeSpanProcessor implements SpanProcessor {
  readonly #exporter: ExporterDrain;
  readonly #createProcessor: CreateProcessor;
  readonly #generations = generations();
  #inherited = 0;
  readonly #diagnostics = new Diagnostics(systemClock);
  /** If false, no span has to ask whether a startup snapshot is being built. */
  readonly #wasBuilding = isBuildingSnapshot();
  #state: ProcessorState;

  /** @throws TypeError for an option of the wrong type, and whatever `createProcessor` throws. */
  constructor(options: ForkSafeSpanProcessorOptions) {
    const { exporter, createProcessor } = checkProcessorOptions(options);
    this.#exporter = new ExporterDrain(exporter, this.#diagnostics);
    this.#createProcessor = createProcessor;
    this.#state = { phase: 'running', inner: this.#createInner() };
    const deliverer = exitDelivererOf(exporter);
    if (deliverer !== undefined) registerExitDeliverer(this, this.#exitDeliverer(deliverer));
  }

  onStart(span: Span, parentContext: Context): void {
    this.#running()?.onStart(span, parentContext);
  }

  onEnding(span: Span): void {
    this.#running()?.onEnding(span);
  }

  /** Never throws. */
  onEnd(span: ReadableSpan): void {
    if (this.#isDiscarding) this.#inherited += isSampled(span) ? 1 : 0;
    else if (this.#state.phase === 'ending') this.#warnOfLate(span);
    else this.#running()?.onEnd(span);
  }

  /**
   * Number of spans found here that are for another process to send, as this one is a copy of it, or that ended while a
   * startup snapshot was built.
   */
  get inherited(): number {
    return this.#inherited;
  }

  /**
   * Waits until every span that ended before this call is settled, in the processor and in the exporter. Spans that
   * the inner processor drops itself, e.g. because its queue is full, do not make it reject.
   *
   * @throws DatadogExportError if any of their exports fails meanwhile, or if the wait ends before (`timeout`,
   * `aborted`, or `shutdown` if the inner processor still held some); whatever the inner processor throws; an
   * AggregateError of both; TypeError or RangeError for a wrong option.
   */
  async forceFlush(options: ForceFlushOptions = {}): Promise<void> {
    const limits = flushLimits(options, systemClock, this.#exporter.flushTimeoutMillis);
    const inner = this.#present();
    let listener = options.onDeferred;
    const onDeferred = listener && (() => listener?.());
    const noted = inner?.startNotedFlush();
    const begin = (): Promise<readonly unknown[]> =>
      noted === undefined
        ? this.#exporter.flush(limits, onDeferred)
        : this.#flush(noted, limits, onDeferred);
    const outcome = await waitFor(begin, limits).finally(() => {
      listener = undefined; // a flush of the exporter that began late goes on
      noted?.end();
    });
    if (inner?.isInherited === true) return; // what it waited for is another process's
    if (outcome.kind !== 'done') throw flushEndedError(outcome, limits.timeoutMillis);
    const error = flushError(outcome.value);
    if (error !== undefined) throw error;
  }

  /**
   * Takes no more spans, has the inner processor hand over what it holds, and shuts the exporter down,
   * all within one grace. Always resolves. A later call may cut an earlier one short.
   */
  async shutdown(options?: ShutdownOptions): Promise<void> {
    const defaults = { clock: systemClock, defaultMillis: this.#exporter.graceMillis };
    const limits = shutdownLimits(options, defaults, this.#diagnostics);
    const deadlineMillis = systemClock.nowMillis() + limits.timeoutMillis;
    const { inner, handOver, close } = this.#end(limits);
    const { kind } = await waitFor(() => handOver, limits);
    if (kind !== 'done') this.#warnOfHeld(inner);
    close();
    inner.retire();
    const graceMillis = Math.max(Math.trunc(deadlineMillis - systemClock.nowMillis()), 0);
    await this.#exporter.shutDown({ ...limits, timeoutMillis: graceMillis });
  }

  /** `shutdown()`, for `await using`. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.shutdown();
  }

  /**
   * True while a startup snapshot is built: each process that starts with it would send the spans collected by
   * then, and a timer armed during the build keeps all other timers of the process from firing.
   */
  get #isDiscarding(): boolean {
    return this.#wasBuilding && isBuildingSnapshot();
  }

  /** The processor of the present generation, unless it was shut down or cannot be made. */
  #running(): InnerProcessor | undefined {
    const state = this.#state;
    if (state.phase !== 'running' || this.#isDiscarding) return undefined;
    return state.inner.isInherited ? this.#replaceInner() : state.inner;
  }

  /** Leaves the inherited processor alone: flushing it or shutting it down would send spans that are not ours. */
  #replaceInner(): InnerProcessor | undefined {
    try {
      const inner = this.#createInner();
      this.#state = { phase: 'running', inner };
      return inner;
    } catch (error) {
      const what = `createProcessor failed: ${reasonOf(error)}`;
      this.#diagnostics.warn('createProcessor', `${what}; spans are lost until it succeeds`);
      return undefined;
    }
  }

  #exitDeliverer(exporter: ExitDeliverer): ExitDeliverer {
    return {
      ...exporter,
      handOver: () => {
        // The processor hands over before its `forceFlush()` returns, unless resource attributes are pending.
        this.#present()?.startFlush();
        exporter.handOver();
      },
      deliver: (timeoutMillis, limitMillis) => {
        const inner = this.#present();
        exporter.deliver(timeoutMillis, limitMillis);
        if (inner?.awaitsAttributes === true) this.#warnOfHeld(inner);
      },
    };
  }

  /** The processor that may still hold spans: the running one, or until its grace is over the one being shut down. */
  #present(): InnerProcessor | undefined {
    const { phase, inner } = this.#state;
    if (phase === 'running') return this.#running();
    return inner.isInherited || inner.isRetired ? undefined : inner;
  }

  #createInner(): InnerProcessor {
    const target = this.#exporter.exporter;
    const exporter = new GenerationExporter(target, this.#generations, (spans) => {
      this.#inherited += spans;
    });
    return new InnerProcessor(this.#createProcessor, exporter, this.#diagnostics);
  }

  async #flush(
    { started, endNoting, inner }: NotedFlush,
    limits: WaitLimits,
    onDeferred: (() => void) | undefined,
  ): Promise<readonly unknown[]> {
    const { errors } = await started;
    const failures = endNoting();
    const { held } = inner;
    // At once, to end the backoffs that the inner flush waits for. While spans are still to come, not all
    // that is left is deferred, so `onDeferred` is left to the second flush.
    const hurried = this.#exporter.flush(limits, held === 0 ? onDeferred : undefined);
    const thrown = [...failures, ...(await errors)];
    if (held === 0) return [...thrown, ...(await hurried)];
    const late = await this.#exporter.flush(limits, onDeferred);
    return [...thrown, ...(await hurried), ...late];
  }

  #end(limits: WaitLimits): Ending {
    if (this.#state.phase === 'ending') return this.#state;
    const inner = this.#running() ?? this.#state.inner;
    const { promise: closed, resolve: close } = deferred<void>();
    const handOver = Promise.race([this.#handOver(inner, limits), closed]);
    const ending: Ending = { phase: 'ending', inner, handOver, close };
    this.#state = ending;
    return ending;
  }

  async #handOver(inner: InnerProcessor, limits: WaitLimits): Promise<void> {
    const { errors } = await inner.startFlush().started;
    void this.#warnOf(errors);
    if (inner.held === 0) return;
    // The processor may have dropped some of the held spans; until its flush ends, it may hand over others.
    void this.#exporter.flush(limits, undefined);
    await errors;
  }

  /** Skips the errors of exports: the exporter has warned of them. */
  async #warnOf(errors: Promise<readonly unknown[]>): Promise<void> {
    for (const error of await errors) {
      if (error instanceof DatadogExportError) continue;
      const what = `forceFlush of the span processor failed: ${reasonOf(error)}`;
      this.#diagnostics.warn('forceFlush', `${what}; spans that it held may be lost`);
    }
  }

  #warnOfHeld({ held }: InnerProcessor): void {
    if (held === 0) return;
    const what = `the span processor still held up to ${countOf(held, 'span')}`;
    this.#diagnostics.warn('held', `${what}; they are lost`);
  }

  #warnOfLate(span: ReadableSpan): void {
    if (!isSampled(span)) return;
    this.#diagnostics.warn('late', 'a span that ended after the shutdown is lost');
  }
}

const OPTIONS =
  'an object with the exporter in it, as in `new ForkSafeSpanProcessor({ exporter, createProcessor })`';
const KNOWN_OPTIONS: OptionNames<ForkSafeSpanProcessorOptions> = {
  exporter: true,
  createProcessor: true,
};

function checkProcessorOptions(
  options: ForkSafeSpanProcessorOptions,
): ForkSafeSpanProcessorOptions {
  checkObject(options, OPTIONS);
  if (isExporter(options)) {
    throw new TypeError(`Expected \`options\` to be ${OPTIONS}, got the exporter itself`);
  }
  const { exporter, createProcessor } = options;
  if (!isExporter(exporter)) {
    throw new TypeError(expectation('exporter', 'a span exporter', exporter));
  }
  if (typeof createProcessor !== 'function') {
    throw new TypeError(expectation('createProcessor', 'a function', createProcessor));
  }
  warnOfUnknownOptions('ForkSafeSpanProcessor', options, KNOWN_OPTIONS);
  return { exporter, createProcessor };
}
