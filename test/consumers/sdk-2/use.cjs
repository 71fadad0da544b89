// Owns a CommonJS user of SDK 2.x: real spans through its batch processor to the Agent of the
// environment. Prints what the SDK says about the spans, and the exporter's account.

const api = require('@opentelemetry/api');
const { BatchSpanProcessor } = require('@opentelemetry/sdk-trace-base');
const { NodeTracerProvider } = require('@opentelemetry/sdk-trace-node');
const { DatadogSpanExporter } = require('opentelemetry-exporter-datadog-agent');
const { emitSpans } = require('./emit-spans.cjs');

async function main() {
  const exporter = new DatadogSpanExporter({ service: 'shop' });
  const provider = new NodeTracerProvider({ spanProcessors: [new BatchSpanProcessor(exporter)] });

  const spans = emitSpans({ api, tracer: provider.getTracer('consumer', '1.0.0') });
  await provider.forceFlush();
  await exporter.forceFlush();
  await provider.shutdown();
  process.stdout.write(JSON.stringify({ spans, stats: exporter.stats() }));
}

void main();
