// The exporter in a program with the OpenTelemetry SDK 2.x: NodeTracerProvider, BatchSpanProcessor
// and what makes it drain, a few spans, and an end at which none of them is lost.
//
// Run it with `node node-tracer-provider.mjs`; it sends to DD_TRACE_AGENT_URL, else to the Agent of
// this machine.

import { SpanKind, trace } from '@opentelemetry/api';
import { resourceFromAttributes } from '@opentelemetry/resources';
import { BatchSpanProcessor, NodeTracerProvider } from '@opentelemetry/sdk-trace-node';
import { DatadogSpanExporter, ForkSafeSpanProcessor } from 'opentelemetry-exporter-datadog-agent';

const exporter = new DatadogSpanExporter();
const provider = new NodeTracerProvider({
  resource: resourceFromAttributes({
    'service.name': 'node-example',
    'service.version': '1.0.0',
    'deployment.environment.name': 'example',
  }),
  spanProcessors: [
    new ForkSafeSpanProcessor({ exporter, createProcessor: (to) => new BatchSpanProcessor(to) }),
  ],
});
provider.register();

const tracer = trace.getTracer('node-example');

tracer.startActiveSpan('import catalogue', (span) => {
  for (const shelf of ['books', 'maps']) readShelf(shelf);
  span.end();
});

// Hands over what the processor still holds and waits until the Agent has answered; rejects if spans
// were lost. A program that goes on calls `flushOnExit(processor)` instead.
await provider.forceFlush();
await provider.shutdown();

const { received, exported, dropped } = exporter.stats();
console.log(`spans: ${received} received, ${exported} exported, ${dropped} dropped`);

function readShelf(shelf) {
  const attributes = {
    'db.system.name': 'postgresql',
    'db.query.text': 'SELECT title FROM items WHERE shelf = $1',
    shelf,
  };
  tracer.startActiveSpan('SELECT items', { kind: SpanKind.CLIENT, attributes }, (span) => {
    span.end();
  });
}
