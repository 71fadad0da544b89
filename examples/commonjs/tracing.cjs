// Tracing for a CommonJS program that knows nothing of it: sets the SDK up, instruments `node:http`,
// and delivers the last spans when the program has nothing left to do.
//
// Run it with `node --require ./tracing.cjs app.cjs`; it sends to DD_TRACE_AGENT_URL, else to the
// Agent of this machine.

const { registerInstrumentations } = require('@opentelemetry/instrumentation');
const { HttpInstrumentation } = require('@opentelemetry/instrumentation-http');
const { resourceFromAttributes } = require('@opentelemetry/resources');
const { BatchSpanProcessor, NodeTracerProvider } = require('@opentelemetry/sdk-trace-node');
const { DatadogSpanExporter } = require('opentelemetry-exporter-datadog-agent');

const exporter = new DatadogSpanExporter();
const provider = new NodeTracerProvider({
  resource: resourceFromAttributes({ 'service.name': 'commonjs-example' }),
  spanProcessors: [new BatchSpanProcessor(exporter)],
});
provider.register();
registerInstrumentations({ instrumentations: [new HttpInstrumentation()] });

// Node emits `beforeExit` when a program ends by itself, and waits for what is begun there. It does
// not on `process.exit()`, an uncaught exception or a signal: a service that is ended by SIGTERM
// has to call `drain` in its handler of that signal.
process.once('beforeExit', () => {
  drain().catch((error) => {
    console.error('Spans were lost at the end of the program:', error);
    process.exitCode = 1;
  });
});

async function drain() {
  try {
    await provider.forceFlush();
    await exporter.forceFlush();
  } finally {
    await provider.shutdown();
  }
}
