// Owns the pipelines whose spans are counted: the SDK's batch processor alone, made anew in each copy, or
// ours.

import { BatchSpanProcessor, NodeTracerProvider } from '@opentelemetry/sdk-trace-node';
import {
  DatadogBatchSpanProcessor,
  DatadogSpanExporter,
  ForkSafeSpanProcessor,
} from 'opentelemetry-exporter-datadog-agent';

/** Longer than any of these processes lives: spans wait for the flush. */
const BATCH = { scheduledDelayMillis: 60_000 };
const createProcessor = (exporter) => new BatchSpanProcessor(exporter, BATCH);

export const SETUPS = {
  alone: { name: '`BatchSpanProcessor` alone', create: createProcessor },
  forkSafe: {
    name: 'in a `ForkSafeSpanProcessor`',
    create: (exporter) => new ForkSafeSpanProcessor({ exporter, createProcessor }),
  },
  streaming: {
    name: '`DatadogBatchSpanProcessor`',
    create: (exporter) => new DatadogBatchSpanProcessor({ exporter, ...BATCH }),
  },
};

/** `idGenerator` is that of the SDK unless another one is given. */
export function openPipeline(setup, idGenerator) {
  const exporter = new DatadogSpanExporter();
  const spanProcessors = [SETUPS[setup].create(exporter)];
  const provider = new NodeTracerProvider({ spanProcessors, idGenerator });
  const tracer = provider.getTracer('forks');
  return {
    end50: () => {
      for (let index = 0; index < 50; index++) tracer.startSpan('work').end();
    },
    flush: async () => {
      await provider.forceFlush();
      await exporter.forceFlush();
    },
  };
}
