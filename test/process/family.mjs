// Owns the tracing of the processes in the lineage tests: the real SDK and the built package, and one
// span that is called like the process.

import { NodeTracerProvider, SimpleSpanProcessor } from '@opentelemetry/sdk-trace-node';
import { DatadogSpanExporter } from '../../dist/index.js';

/** The exporter, once the Agent has the span. */
export async function live(name, propagateLineage) {
  const exporter = new DatadogSpanExporter({ propagateLineage });
  const spanProcessors = [new SimpleSpanProcessor(exporter)];
  new NodeTracerProvider({ spanProcessors }).getTracer('family').startSpan(name).end();
  await exporter.forceFlush();
  return exporter;
}
