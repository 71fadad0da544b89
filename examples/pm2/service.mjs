// A service to run under PM2, which ends its processes with SIGINT, or with a message if it is told
// `shutdown_with_message`. It sends to DD_TRACE_AGENT_URL, else to the Agent of this machine.

import { createServer } from 'node:http';
import { SpanKind } from '@opentelemetry/api';
import { resourceFromAttributes } from '@opentelemetry/resources';
import { BatchSpanProcessor, NodeTracerProvider } from '@opentelemetry/sdk-trace-node';
import {
  DatadogSpanExporter,
  flushOnExit,
  ForkSafeSpanProcessor,
} from 'opentelemetry-exporter-datadog-agent';

const processor = new ForkSafeSpanProcessor({
  exporter: new DatadogSpanExporter(),
  createProcessor: (exporter) => new BatchSpanProcessor(exporter),
});
const provider = new NodeTracerProvider({
  resource: resourceFromAttributes({ 'service.name': 'shop' }),
  spanProcessors: [processor],
});
provider.register();
flushOnExit(processor);

const tracer = provider.getTracer('shop');
const server = createServer((request, response) => {
  tracer.startActiveSpan(`${request.method} /`, { kind: SpanKind.SERVER }, (span) => {
    response.end('hello\n', () => span.end());
  });
});

server.listen(process.env.PORT ?? 8080, '127.0.0.1', () => process.send?.('ready'));
