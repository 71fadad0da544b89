// Owns a CommonJS user of SDK 3.x who puts the ForkSafeSpanProcessor in front of its batch
// processor, and then ends the process.

const api = require('@opentelemetry/api');
const { BatchSpanProcessor, TracerProvider } = require('@opentelemetry/sdk-trace');
const {
  DatadogSpanExporter,
  ForkSafeSpanProcessor,
} = require('opentelemetry-exporter-datadog-agent');
const { emitSpans } = require('./emit-spans.cjs');
const { endPipeline } = require('./end-pipeline.cjs');

async function main() {
  const exporter = new DatadogSpanExporter({ service: 'shop' });
  const createProcessor = (to) => new BatchSpanProcessor({ exporter: to });
  const spanProcessors = [new ForkSafeSpanProcessor({ exporter, createProcessor })];
  const provider = new TracerProvider({ spanProcessors });

  const spans = emitSpans({ api, tracer: provider.getTracer('consumer', '1.0.0') });
  await endPipeline({ provider, exporter, spans });
}

void main();
