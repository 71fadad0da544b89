// The program that build.mjs bundles: one span, sent through the exporter, which loads undici when
// it is first used.

import { trace } from '@opentelemetry/api';
import { resourceFromAttributes } from '@opentelemetry/resources';
import { BasicTracerProvider, BatchSpanProcessor } from '@opentelemetry/sdk-trace-base';
import { DatadogSpanExporter, ForkSafeSpanProcessor } from 'opentelemetry-exporter-datadog-agent';

async function main() {
  const exporter = new DatadogSpanExporter();
  const provider = new BasicTracerProvider({
    resource: resourceFromAttributes({ 'service.name': 'bundle-example' }),
    spanProcessors: [
      new ForkSafeSpanProcessor({ exporter, createProcessor: (to) => new BatchSpanProcessor(to) }),
    ],
  });
  trace.setGlobalTracerProvider(provider);

  trace.getTracer('bundle-example').startSpan('work in one file').end();

  await provider.forceFlush();
  await provider.shutdown();
  const { received, exported, dropped } = exporter.stats();
  console.log(`spans: ${received} received, ${exported} exported, ${dropped} dropped`);
}

// Not a top-level await: a CommonJS bundle has none.
main().catch((errors) => {
  console.error(...[errors].flat()); // of a provider: those of all its processors
  process.exitCode = 1;
});
