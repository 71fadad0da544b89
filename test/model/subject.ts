// Owns the pipeline that a model run drives, whichever of the three it is, behind one face.

import { BatchSpanProcessor } from '@opentelemetry/sdk-trace-base';
import {
  DatadogBatchSpanProcessor,
  DatadogSpanExporter,
  type ExportResult,
  type ForceFlushOptions,
  ForkSafeSpanProcessor,
  type LedgerSnapshot,
  type ReadableSpan,
  type ShutdownOptions,
} from '../../src/index.js';
import type { Plan } from './plan.js';

export const TIMEOUT_MILLIS = 2_000;
export const ATTEMPT_MILLIS = 500;
export const FLUSH_MILLIS = 1_500;
export const GRACE_MILLIS = 300;
export const TIGHT_BYTES: number = 32 * 1_024;
/** The least that the processor can be told. */
export const QUEUE_BYTES: number = 64 * 1_024;
const DELAY_MILLIS = 500;

export interface Subject {
  give(spans: readonly ReadableSpan[], callback: (result: ExportResult) => void): void;
  forceFlush(options: ForceFlushOptions): Promise<void>;
  shutdown(options: ShutdownOptions): Promise<void>;
  stats(): LedgerSnapshot;
}

/** Only an exporter calls back. */
export function openSubject(plan: Plan, signal: AbortSignal): Subject {
  const exporter = new DatadogSpanExporter({
    url: 'http://127.0.0.1:8126',
    signal,
    timeoutMillis: TIMEOUT_MILLIS,
    attemptTimeoutMillis: ATTEMPT_MILLIS,
    flushTimeoutMillis: FLUSH_MILLIS,
    graceMillis: GRACE_MILLIS,
    maxRetries: plan.maxRetries,
    maxConnections: plan.maxConnections,
    ...(plan.isTight ? { maxPendingBytes: TIGHT_BYTES } : {}),
  });
  const stats = (): LedgerSnapshot => exporter.stats();
  if (plan.pipeline === 'exporter') {
    return {
      give: (spans, callback) => exporter.export(spans, callback),
      forceFlush: (options) => exporter.forceFlush(options),
      shutdown: (options) => exporter.shutdown(options),
      stats,
    };
  }
  const processor = openProcessor(plan, exporter);
  return {
    give: (spans) => {
      for (const span of spans) processor.onEnd(span);
    },
    forceFlush: (options) => processor.forceFlush(options),
    shutdown: (options) => processor.shutdown(options),
    stats,
  };
}

function openProcessor(
  { pipeline, isTight }: Plan,
  exporter: DatadogSpanExporter,
): DatadogBatchSpanProcessor | ForkSafeSpanProcessor {
  if (pipeline === 'ForkSafeSpanProcessor') {
    const settings = { scheduledDelayMillis: DELAY_MILLIS, maxExportBatchSize: 16 };
    return new ForkSafeSpanProcessor({
      exporter,
      createProcessor: (inner) => new BatchSpanProcessor(inner, settings),
    });
  }
  return new DatadogBatchSpanProcessor({
    exporter,
    scheduledDelayMillis: DELAY_MILLIS,
    ...(isTight ? { maxQueueBytes: QUEUE_BYTES } : {}),
  });
}
