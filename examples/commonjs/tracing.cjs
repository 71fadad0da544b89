// Tracing for a CommonJS program that knows nothing of it: sets the SDK up, instruments `node:http`,
// and delivers the last spans when the program has nothing left to do.
//
// Run it with `node --require ./tracing.cjs app.cjs`; it sends to DD_TRACE_AGENT_URL, else to the
// Agent of this machine.

const { diag, DiagConsoleLogger, DiagLogLevel } = require('@opentelemetry/api');
const { registerInstrumentations } = require('@opentelemetry/instrumentation');
const { HttpInstrumentation } = require('@opentelemetry/instrumentation-http');
const { resourceFromAttributes } = require('@opentelemetry/resources');
const { BatchSpanProcessor, NodeTracerProvider } = require('@opentelemetry/sdk-trace-node');
const {
  DatadogSpanExporter,
  flushOnExit,
  ForkSafeSpanProcessor,
} = require('opentelemetry-exporter-datadog-agent');

diag.setLogger(new DiagConsoleLogger(), DiagLogLevel.WARN); // says when spans are lost

const processor = new ForkSafeSpanProcessor({
  exporter: new DatadogSpanExporter(),
  createProcessor: (exporter) => new BatchSpanProcessor(exporter),
});
const provider = new NodeTracerProvider({
  resource: resourceFromAttributes({ 'service.name': 'commonjs-example' }),
  spanProcessors: [processor],
});
provider.register();
registerInstrumentations({ instrumentations: [new HttpInstrumentation()] });

// At a natural end, on SIGTERM and ^C.
flushOnExit(processor);
