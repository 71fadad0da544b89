// A worker of the cluster: traces what it serves, and flushes its spans when it is disconnected.

import cluster from 'node:cluster';
import { createServer } from 'node:http';
import { SpanKind } from '@opentelemetry/api';
import { resourceFromAttributes } from '@opentelemetry/resources';
import { BatchSpanProcessor, NodeTracerProvider } from '@opentelemetry/sdk-trace-node';
import {
  DatadogSpanExporter,
  flushOnExit,
  ForkSafeSpanProcessor,
} from 'opentelemetry-exporter-datadog-agent';

const REQUESTS_PER_WORKER = 25;

const processor = new ForkSafeSpanProcessor({
  exporter: new DatadogSpanExporter(),
  createProcessor: (exporter) => new BatchSpanProcessor(exporter),
});
const provider = new NodeTracerProvider({
  resource: resourceFromAttributes({ 'service.name': 'cluster-example' }),
  spanProcessors: [processor],
});
provider.register();
flushOnExit(processor);

const tracer = provider.getTracer('cluster-example');

export function serve() {
  let served = 0;
  const server = createServer((request, response) => {
    tracer.startActiveSpan(`${request.method} /`, { kind: SpanKind.SERVER }, (span) => {
      response.end(`worker ${cluster.worker.id}\n`, () => span.end());
    });
    served++;
    if (served === REQUESTS_PER_WORKER) process.send('recycle');
  });
  cluster.worker.once('disconnect', () => server.closeIdleConnections());
  server.listen(process.env.PORT ?? 8080, '127.0.0.1');
}
