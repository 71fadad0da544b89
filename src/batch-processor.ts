// Owns the span processor that works without the SDK's: each span is encoded as it ends. What becomes of the
// encoded spans is the exporter's business.

import {
  checkInteger,
  checkObject,
  expectation,
  TIMER_OR_ZERO,
} from './configuration/option-checks.js';
import { type OptionNames, warnOfUnknownOptions } from './configuration/unknown-options.js';
import { Diagnostics } from './diagnostics.js';
import { DatadogSpanExporter } from './exporter.js';
import { type ExporterLives, livesOf } from './exporter/exporter-lives.js';
import type { SpanSink } from './exporter/span-intake.js';
import type { ForceFlushOptions, ShutdownOptions } from './flush/drain-options.js';
import { shareExitDeliverer } from './flush/exit-deliverer.js';
import { isExporter } from './flush/exporter-drain.js';
import { systemClock } from './lang/clock.js';
import { GenerationExporter } from './processor/generation-exporter.js';
import { isSampled } from './processor/sampled-spans.js';
import type { ReadableSpan, SpanProcessor } from './sdk-contract.js';

export interface DatadogBatchSpanProcessorOptions {
  /**
   * The exporter, flushed and shut down with the processor. Spans do not pass through its `export()`: what a subclass
   * or a wrapper does there has no effect, and a warning says so.
   */
  readonly exporter: DatadogSpanExporter;
  /**
   * Longest time that a span waits for others to be sent with; 0 to 2 147 483 647.
   *
   * @default 5000
   */
  readonly scheduledDelayMillis?: number | undefined;
  /**
   * Most bytes of encoded spans that may wait for others, or for room within the exporter's `maxPendingBytes`, each
   * export with 7 KiB more; 65 536 to 1 073 741 824. Spans that end when these are used up are dropped as `queue_full`.
   * Spans whose resource is still being detected are not encoded: they are held as spans, up to 8 192 of them, and
   * counted as 1 KiB each, whatever their size.
   *
   * @default 8388608 (8 MiB)
   */
  readonly maxQueueBytes?: number | undefined;
}

const DEFAULT_DELAY_MILLIS = 5_000;
const DEFAULT_QUEUE_BYTES = 8 * 1_024 * 1_024;
const KNOWN_OPTIONS: OptionNames<DatadogBatchSpanProcessorOptions> = {
  exporter: true,
  scheduledDelayMillis: true,
  maxQueueBytes: true,
};
const QUEUE_RANGE = { min: 64 * 1_024, max: 2 ** 30 };

const OPTIONS =
  'an object with the exporter in it, as in `new DatadogBatchSpanProcessor({ exporter })`';
const EXPORTER = 'a DatadogSpanExporter';
const OF_THIS_COPY = `${EXPORTER} of this copy of the package (\`import\` and \`require\` have one each)`;
const OF_FORK_SAFE =
  `Expected \`exporter\` to be ${EXPORTER}, got what ForkSafeSpanProcessor passes to \`createProcessor\`: ` +
  'DatadogBatchSpanProcessor needs no ForkSafeSpanProcessor around it';
/** What filters or changes spans there has no effect, which its author may not know. */
const REPLACED_EXPORT =
  '`export()` of its exporter was replaced, and DatadogBatchSpanProcessor does not call it: spans are sent as they ' +
  'ended; ForkSafeSpanProcessor around a processor of the SDK calls it';

/**
 * Encodes each sampled span as it ends and hands bytes to the exporter, instead of keeping spans until
 * there are enough for a batch. Takes less memory than the SDK's batch processor under load, and about as much CPU
 * time per span, or less where V8's young generation has a fixed size; docs/performance.md has the figures.
 */
export class DatadogBatchSpanProcessor implements SpanProcessor {
  readonly #exporter: DatadogSpanExporter;
  readonly #sink: SpanSink;

  /** @throws TypeError or RangeError for an option of the wrong type or range. */
  constructor(options: DatadogBatchSpanProcessorOptions) {
    checkObject(options, OPTIONS);
    if (isExporter(options)) {
      throw new TypeError(`Expected \`options\` to be ${OPTIONS}, got the exporter itself`);
    }
    const { exporter, scheduledDelayMillis, maxQueueBytes } = options;
    const lives = checkExporter(exporter);
    if (exporter.export !== DatadogSpanExporter.prototype.export) {
      new Diagnostics(systemClock).warn('export', REPLACED_EXPORT);
    }
    warnOfUnknownOptions('DatadogBatchSpanProcessor', options, KNOWN_OPTIONS);
    this.#exporter = exporter;
    this.#sink = lives.openIntake({
      scheduledDelayMillis:
        checkInteger('scheduledDelayMillis', scheduledDelayMillis, TIMER_OR_ZERO) ??
        DEFAULT_DELAY_MILLIS,
      maxQueueBytes:
        checkInteger('maxQueueBytes', maxQueueBytes, QUEUE_RANGE) ?? DEFAULT_QUEUE_BYTES,
    });
    shareExitDeliverer(exporter, this);
  }

  onStart(): void {
    // Spans are only of interest once they have ended.
  }

  /** Never throws. */
  onEnd(span: ReadableSpan): void {
    if (isSampled(span)) this.#sink(span);
  }

  /**
   * Waits until every span that ended before this call is settled. Spans that are dropped one by one do not make it
   * reject (no room in `maxQueueBytes`, `too_large`, `invalid_id`, `encode`, or ended after the exporter's `signal` or
   * `shutdown()`), nor does an export that had failed before; the exporter's `stats()` counts all of them.
   *
   * @throws DatadogExportError if any of their exports fails meanwhile, or if the wait ends before they are
   * settled (`timeout`, `aborted`: no spans are lost by that); TypeError or RangeError for a wrong option.
   */
  async forceFlush(options?: ForceFlushOptions): Promise<void> {
    return this.#exporter.forceFlush(options);
  }

  /**
   * Takes no more spans, lets exports under way finish within the exporter's grace, then aborts the rest.
   * Always resolves; spans lost by the abort are counted and warned about. A later call may cut an earlier one short.
   */
  async shutdown(options?: ShutdownOptions): Promise<void> {
    return this.#exporter.shutdown(options);
  }

  /** `shutdown()`, for `await using`. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.shutdown();
  }
}

function checkExporter(exporter: unknown): ExporterLives {
  const isObject = typeof exporter === 'object' && exporter !== null;
  const lives = isObject ? livesOf(exporter) : undefined;
  if (lives !== undefined) return lives;
  if (exporter instanceof GenerationExporter) throw new TypeError(OF_FORK_SAFE);
  throw new TypeError(expectation('exporter', isObject ? OF_THIS_COPY : EXPORTER, exporter));
}
