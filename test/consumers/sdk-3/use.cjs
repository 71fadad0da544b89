// Owns a CommonJS user of SDK 3.x: real spans through its batch processor to the Agent of the
// environment. Prints what the SDK says about the spans, and the exporter's account.

const api = require('@opentelemetry/api');
const { BatchSpanProcessor, TracerProvider } = require('@opentelemetry/sdk-trace');
const { DatadogSpanExporter } = require('opentelemetry-exporter-datadog-agent');
const { attributes } = require('./attributes.cjs');
const { emitSpans } = require('./emit-spans.cjs');

async function main() {
  const exporter = new DatadogSpanExporter({ service: 'shop' });
  const provider = new TracerProvider({ spanProcessors: [new BatchSpanProcessor({ exporter })] });

  const spans = emitSpans({ api, tracer: provider.getTracer('consumer', '1.0.0'), attributes });
  await provider.forceFlush();
  await exporter.forceFlush();
  await provider.shutdown();
  process.stdout.write(JSON.stringify({ spans, stats: exporter.stats() }));
}

void main();
