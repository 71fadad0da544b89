// Owns batch processors of tests that send when they are told to.

import {
  DatadogBatchSpanProcessor,
  type DatadogBatchSpanProcessorOptions,
  type DatadogSpanExporter,
  type ReadableSpan,
} from '../../src/index.js';

export function openProcessor(
  exporter: DatadogSpanExporter,
  options: Partial<DatadogBatchSpanProcessorOptions> = {},
): DatadogBatchSpanProcessor {
  return new DatadogBatchSpanProcessor({ exporter, scheduledDelayMillis: 60_000, ...options });
}

export function endAll(processor: DatadogBatchSpanProcessor, spans: readonly ReadableSpan[]): void {
  for (const span of spans) processor.onEnd(span);
}
