// Owns the three ways in which spans reach an exporter, each from the handing over of spans to the end of
// the last of them, with the ids of those that it says are lost.

import { BatchSpanProcessor } from '@opentelemetry/sdk-trace-base';
import type { DatadogSpanExporter, ReadableSpan, SpanProcessor } from '../../src/index.js';
import { openProcessor } from '../support/batch-processors.js';
import { exportSpans } from '../support/exports.js';
import { openPipeline } from '../support/pipelines.js';

/** Sends all spans and returns the ids of those of failed exports; `undefined` if it cannot name them. */
export type Sender = (
  exporter: DatadogSpanExporter,
  spans: readonly ReadableSpan[],
) => Promise<readonly string[] | undefined>;

/** Spans of a request. */
const BATCH_SPANS = 10;

export const SENDERS: Readonly<Record<string, Sender>> = {
  'an exporter': async (exporter, spans) => {
    const exports = batchesOf(spans).map(async (batch) => {
      const { code } = await exportSpans(exporter, batch);
      return code === 0 ? [] : idsOf(batch);
    });
    return (await Promise.all(exports)).flat();
  },
  'a ForkSafeSpanProcessor': async (exporter, spans) => {
    const lost = noteFailedExports(exporter);
    const settings = { maxExportBatchSize: BATCH_SPANS, scheduledDelayMillis: 60_000 };
    const { processor } = openPipeline(exporter, {
      createProcessor: (to) => new BatchSpanProcessor(to, settings),
    });
    await endAll(processor, spans);
    return lost;
  },
  'a DatadogBatchSpanProcessor': async (exporter, spans) => {
    await endAll(openProcessor(exporter), spans);
    return undefined;
  },
};

export function idsOf(spans: readonly ReadableSpan[]): readonly string[] {
  return spans.map((span) => span.spanContext().spanId);
}

/** A flush for each batch, all at once: their sum covers all spans. That some reject is no wonder. */
async function endAll(processor: SpanProcessor, spans: readonly ReadableSpan[]): Promise<void> {
  const flushes = batchesOf(spans).map((batch) => {
    for (const span of batch) processor.onEnd(span);
    return processor.forceFlush();
  });
  await Promise.allSettled(flushes);
}

/** The exports of a processor, seen where it hands them over. */
function noteFailedExports(exporter: DatadogSpanExporter): readonly string[] {
  const lost: string[] = [];
  const handOver = exporter.export.bind(exporter);
  exporter.export = (spans, callback) => {
    const ids = idsOf(spans);
    handOver(spans, (result) => {
      if (result.code !== 0) lost.push(...ids);
      callback(result);
    });
  };
  return lost;
}

function batchesOf(spans: readonly ReadableSpan[]): readonly (readonly ReadableSpan[])[] {
  const count = Math.ceil(spans.length / BATCH_SPANS);
  return Array.from({ length: count }, (_, n) =>
    spans.slice(n * BATCH_SPANS, (n + 1) * BATCH_SPANS),
  );
}
