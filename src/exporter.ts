// Owns the exporter as its users have it. What it does is the business of `ExporterLife`, and which life
// it leads that of `ExporterGenerations`.

import type { ForceFlushOptions, ShutdownOptions } from './drain-options.js';
import { registerExitDeliverer } from './exit-deliverer.js';
import { ExporterGenerations, registerGenerations } from './exporter-generations.js';
import type { ResultCallback } from './exporter-life.js';
import type { LedgerSnapshot } from './ledger.js';
import type { DatadogSpanExporterOptions } from './options.js';
import type { RateByService } from './sample-rates.js';
import type { ReadableSpan, SpanExporter } from './sdk-contract.js';
import { isBuildingSnapshot } from './snapshot-callbacks.js';

/** Sends finished spans to the Datadog Agent. Give it to a span processor of the SDK. */
export class DatadogSpanExporter implements SpanExporter {
  readonly #generations: ExporterGenerations;

  /** @throws TypeError or RangeError for an option of the wrong type or range. */
  constructor(options: DatadogSpanExporterOptions = {}) {
    this.#generations = new ExporterGenerations(options);
    registerGenerations(this, this.#generations);
    registerExitDeliverer(this, this.#generations.exitDeliverer());
    if (!isBuildingSnapshot()) this.#generations.endWith(this);
  }

  /**
   * Takes the spans as they are now and calls back once, later. Never throws. Encodes for 5 ms in a turn
   * of the event loop and goes on in the next one; what is left is copied, up to 4 096 spans in a turn.
   * More than that are read in later turns, and those whose OTel resource is incomplete once it is complete.
   *
   * Success means that the Agent accepted every valid span. Spans that no Agent would take are
   * dropped and counted in `stats()`; they do not fail the others.
   */
  export(spans: readonly ReadableSpan[], resultCallback: ResultCallback): void {
    this.#generations.export(copyOf(spans), resultCallback);
  }

  /**
   * Waits until every span handed over before this call is settled. A payload that backs off is tried
   * once more at once, and for the last time, unless the Agent has said when to come back.
   *
   * @throws DatadogExportError if an export of them failed, or if the wait ended before they were
   * settled (`timeout`, `aborted`: nothing is lost by that); TypeError or RangeError for a wrong option.
   */
  async forceFlush(options: ForceFlushOptions = {}): Promise<void> {
    return this.#generations.life.forceFlush(options);
  }

  /**
   * Takes no more spans, lets exports under way finish within the grace, then aborts them and closes
   * all connections. Always resolves; spans that were cut are counted and warned about.
   */
  async shutdown(options?: ShutdownOptions): Promise<void> {
    return this.#generations.life.shutdown(options);
  }

  /** Shutdown, for `await using`. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.shutdown();
  }

  /** Longest wait of a flush that names none. */
  get flushTimeoutMillis(): number {
    return this.#generations.life.options.flushTimeoutMillis;
  }

  /** Grace of a shutdown that names none. */
  get graceMillis(): number {
    return this.#generations.life.options.graceMillis;
  }

  /** Where each span that was handed over has ended; a snapshot. */
  stats(): LedgerSnapshot {
    return this.#generations.stats();
  }

  /** The Agent's last sampling rates, by `service:<name>,env:<env>`. */
  get sampleRates(): RateByService {
    return this.#generations.life.sampleRates.rates;
  }
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
