// Owns what a serverless function of tests is made of: exporter, processor and provider of the SDK, as
// a user would put them together. The exporter is shut down after the test.

import type { Tracer } from '@opentelemetry/api';
import { BatchSpanProcessor, NodeTracerProvider } from '@opentelemetry/sdk-trace-node';
import type {
  DatadogSpanExporter,
  DatadogSpanExporterOptions,
  Flushable,
} from '../../src/index.js';
import { openExporter } from '../support/exporters.js';

export interface TracedFunction {
  readonly exporter: DatadogSpanExporter;
  readonly tracer: Tracer;
  /** The provider, then the exporter. */
  readonly target: readonly Flushable[];
  /** Makes a span and ends it. */
  readonly span: (name?: string) => void;
}

export function tracedFunction(options: DatadogSpanExporterOptions): TracedFunction {
  const exporter = openExporter(options);
  const provider = new NodeTracerProvider({ spanProcessors: [new BatchSpanProcessor(exporter)] });
  const tracer = provider.getTracer('tests');
  return {
    exporter,
    tracer,
    target: [provider, exporter],
    span: (name = 'work') => tracer.startSpan(name).end(),
  };
}
