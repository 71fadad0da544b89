// Owns the exporter's public class. Leaves the work to `ExporterLife`, and the choice of the present life to
// `ExporterLives`.

import { ExporterLives, registerLives } from './exporter/exporter-lives.js';
import type { ForceFlushOptions, ShutdownOptions } from './flush/drain-options.js';
import { registerExitDeliverer } from './flush/exit-deliverer.js';
import { isBuildingSnapshot } from './fork/snapshot-callbacks.js';
import type { LedgerSnapshot } from './ledger.js';
import type { DatadogSpanExporterOptions } from './options.js';
import type { RateByService } from './sample-rates.js';
import type { ReadableSpan, ResultCallback, SpanExporter } from './sdk-contract.js';

/** Sends finished spans to the Datadog Agent. Give it to a span processor of the SDK. */
export class DatadogSpanExporter implements SpanExporter {
  readonly #lives: ExporterLives;

  /** @throws TypeError or RangeError for an option of the wrong type or range. */
  constructor(options: DatadogSpanExporterOptions = {}) {
    this.#lives = new ExporterLives(options);
    registerLives(this, this.#lives);
    registerExitDeliverer(this, this.#lives.exitDeliverer());
    if (!isBuildingSnapshot()) this.#lives.endWith(this);
  }

  /**
   * Takes the spans and calls back once, later. Never throws. Encodes for up to 5 ms per turn of the event loop. What
   * is left is copied and encoded in later turns, if the exports of a turn have at most 4 096 spans together; an export
   * beyond that number is read later, not copied, and so is one whose OTel resource still lacks attributes.
   *
   * Success means that the Agent accepted every valid span. Spans that no Agent would take are
   * dropped and counted in `stats()`; they do not fail the others.
   */
  export(spans: readonly ReadableSpan[], resultCallback: ResultCallback): void {
    this.#lives.export(copyOf(spans), resultCallback);
  }

  /**
   * Waits until every span handed over before this call is settled. A payload that is backing off gets one
   * last attempt at once, unless the Agent has said when to retry (`Retry-After`).
   *
   * @throws DatadogExportError if any of their exports fails meanwhile, or if the wait ends before they are
   * settled (`timeout`, `aborted`: no spans are lost by that); TypeError or RangeError for a wrong option.
   */
  async forceFlush(options: ForceFlushOptions = {}): Promise<void> {
    return this.#lives.life.forceFlush(options);
  }

  /**
   * Takes no more spans, lets exports under way finish within the grace, then aborts the rest and closes
   * all connections. Always resolves; spans lost by the abort are counted and warned about. A later
   * call may cut an earlier one short.
   */
  async shutdown(options?: ShutdownOptions): Promise<void> {
    return this.#lives.life.shutdown(options);
  }

  /** `shutdown()`, for `await using`. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.shutdown();
  }

  /** Default limit of `forceFlush()`. */
  get flushTimeoutMillis(): number {
    return this.#lives.life.options.flushTimeoutMillis;
  }

  /** Default grace of `shutdown()`. */
  get graceMillis(): number {
    return this.#lives.life.options.graceMillis;
  }

  /** A snapshot of what became of the spans handed over. */
  stats(): LedgerSnapshot {
    return this.#lives.stats();
  }

  /** The Agent's latest sampling rates, by `service:<name>,env:<env>`. */
  get sampleRates(): RateByService {
    return this.#lives.life.sampleRates.rates;
  }
}

/** Copies the array, because the caller may reuse it; a caller in JavaScript may pass anything. */
function copyOf(spans: readonly ReadableSpan[]): readonly ReadableSpan[] {
  try {
    const given: unknown = spans;
    return Array.isArray(given) ? Array.from(spans) : []; // `slice` may be the caller's own
  } catch {
    return []; // a revoked proxy
  }
}
