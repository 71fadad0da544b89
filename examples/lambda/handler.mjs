// A function for AWS Lambda, with the Datadog Lambda Extension as the Agent: its spans are out before
// the platform has the result, and may freeze the process.
//
// Try it without AWS by `node runtime.mjs ./handler.mjs '{"shelf":"maps"}'`.

import { SpanKind, trace } from '@opentelemetry/api';
import { resourceFromAttributes } from '@opentelemetry/resources';
import { BatchSpanProcessor, NodeTracerProvider } from '@opentelemetry/sdk-trace-node';
import {
  DatadogSpanExporter,
  ForkSafeSpanProcessor,
  withFlush,
} from 'opentelemetry-exporter-datadog-agent';

const processor = new ForkSafeSpanProcessor({
  exporter: new DatadogSpanExporter(),
  createProcessor: (exporter) => new BatchSpanProcessor(exporter),
});
const provider = new NodeTracerProvider({
  resource: resourceFromAttributes({ 'service.name': 'lambda-example' }),
  spanProcessors: [processor],
});
provider.register();

const tracer = trace.getTracer('lambda-example');
const SHELVES = { books: 3, maps: 1 };

export const handler = withFlush(async ({ shelf }) => {
  const attributes = { 'faas.trigger': 'http', shelf };
  return tracer.startActiveSpan('read shelf', { kind: SpanKind.SERVER, attributes }, (span) => {
    try {
      return { statusCode: 200, items: count(shelf) };
    } finally {
      span.end();
    }
  });
}, processor);

function count(shelf) {
  if (!Object.hasOwn(SHELVES, shelf)) throw new Error(`no shelf named ${shelf}`);
  return SHELVES[shelf];
}
