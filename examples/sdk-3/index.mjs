// The exporter in a program with the OpenTelemetry SDK 3.x: its processors take their exporter as
// an option, and its provider is made global piece by piece instead of by `register()`.
//
// Run it with `npm install` and `node index.mjs`, once the exporter two folders up is installed and
// built; it sends to DD_TRACE_AGENT_URL, else to the Agent of this machine.

import { context, trace } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { resourceFromAttributes } from '@opentelemetry/resources';
import { BatchSpanProcessor, TracerProvider } from '@opentelemetry/sdk-trace';
import { DatadogSpanExporter, ForkSafeSpanProcessor } from 'opentelemetry-exporter-datadog-agent';

const exporter = new DatadogSpanExporter();
const provider = new TracerProvider({
  resource: resourceFromAttributes({ 'service.name': 'sdk-3-example' }),
  spanProcessors: [
    new ForkSafeSpanProcessor({
      exporter,
      createProcessor: (to) => new BatchSpanProcessor({ exporter: to }),
    }),
  ],
});
trace.setGlobalTracerProvider(provider);
context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());

const tracer = trace.getTracer('sdk-3-example');

await tracer.startActiveSpan('bake bread', async (span) => {
  for (const step of ['knead dough', 'heat oven']) await inSpan(step);
  span.end();
});

// Hands over what the processor still holds and waits until the Agent has answered; rejects if spans
// were lost. A program that goes on calls `flushOnExit(processor)` instead.
await provider.forceFlush();
await provider.shutdown();

const { received, exported, dropped } = exporter.stats();
console.log(`spans: ${received} received, ${exported} exported, ${dropped} dropped`);

async function inSpan(step) {
  await tracer.startActiveSpan(step, async (span) => {
    await Promise.resolve(); // the work of this step
    span.end();
  });
}
