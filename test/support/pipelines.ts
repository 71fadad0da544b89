// Owns the pipelines of tests: provider and batch processor of the real SDK, with the processor of this
// package between them and an exporter.

import { type Resource, resourceFromAttributes } from '@opentelemetry/resources';
import { BasicTracerProvider, BatchSpanProcessor } from '@opentelemetry/sdk-trace-base';
import { afterEach } from 'vitest';
import {
  type DrainableExporter,
  ForkSafeSpanProcessor,
  type SpanExporter,
  type SpanProcessor,
} from '../../src/index.js';

type Create = (exporter: SpanExporter) => SpanProcessor;

export interface Pipeline {
  readonly processor: ForkSafeSpanProcessor;
  readonly provider: BasicTracerProvider;
  /** Ends so many spans, each a trace of its own. */
  readonly record: (spans: number) => void;
}

export interface PipelineOptions {
  /** @default a batch processor with the defaults of the SDK */
  readonly createProcessor?: Create;
  readonly resource?: Resource;
}

const opened: ForkSafeSpanProcessor[] = [];

afterEach(async () => {
  await Promise.all(opened.splice(0).map((processor) => processor.shutdown({ graceMillis: 0 })));
});

export function openPipeline(
  exporter: DrainableExporter,
  { createProcessor = batching, resource = resourceFromAttributes({}) }: PipelineOptions = {},
): Pipeline {
  const processor = new ForkSafeSpanProcessor({ exporter, createProcessor });
  opened.push(processor);
  const provider = new BasicTracerProvider({ resource, spanProcessors: [processor] });
  const tracer = provider.getTracer('tests');
  const record = (spans: number): void => {
    for (let index = 0; index < spans; index++) tracer.startSpan('work', { root: true }).end();
  };
  return { processor, provider, record };
}

/** Another processor than those of the SDK: it does nothing but what is given. */
export function bareProcessor(methods: Partial<SpanProcessor> = {}): SpanProcessor {
  return {
    onStart: () => undefined,
    onEnd: () => undefined,
    forceFlush: () => Promise.resolve(),
    shutdown: () => Promise.resolve(),
    ...methods,
  };
}

function batching(exporter: SpanExporter): SpanProcessor {
  return new BatchSpanProcessor(exporter);
}
