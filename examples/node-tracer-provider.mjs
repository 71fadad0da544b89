// The exporter in a program with the OpenTelemetry SDK 2.x: NodeTracerProvider and
// BatchSpanProcessor, a few spans, and an end at which none of them is lost.
//
// Run it with `node node-tracer-provider.mjs`; it sends to DD_TRACE_AGENT_URL, else to the Agent of
// this machine.

import { SpanKind, trace } from '@opentelemetry/api';
import { resourceFromAttributes } from '@opentelemetry/resources';
import { BatchSpanProcessor, NodeTracerProvider } from '@opentelemetry/sdk-trace-node';
import { DatadogSpanExporter } from 'opentelemetry-exporter-datadog-agent';

const exporter = new DatadogSpanExporter();
const provider = new NodeTracerProvider({
  resource: resourceFromAttributes({
    'service.name': 'node-example',
    'service.version': '1.0.0',
    'deployment.environment.name': 'example',
  }),
  spanProcessors: [new BatchSpanProcessor(exporter)],
});
provider.register();

const tracer = trace.getTracer('node-example');

tracer.startActiveSpan('import catalogue', (span) => {
  for (const shelf of ['books', 'maps']) readShelf(shelf);
  span.end();
});

// The provider hands over what its processor still holds, the exporter waits until the Agent has
// answered, and shutdown closes the connections.
await provider.forceFlush();
await exporter.forceFlush();
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
