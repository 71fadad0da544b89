// Owns the tracing of a worker: sets the SDK up, and has it flushed when the worker ends. To be loaded
// before anything that shall be traced.

const cluster = require('node:cluster');
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
const { SpanRegister } = require('./span-register.cjs');

diag.setLogger(new DiagConsoleLogger(), DiagLogLevel.WARN);

const exporter = new DatadogSpanExporter(); // finds the Agent through DD_TRACE_AGENT_URL
const processor = new ForkSafeSpanProcessor({
  exporter,
  createProcessor: (to) => new BatchSpanProcessor(to),
});
const register = new SpanRegister();
const provider = new NodeTracerProvider({
  resource: resourceFromAttributes({
    'service.name': 'shop',
    'service.version': '1.0.0',
    'deployment.environment.name': 'demo',
    'service.instance.id': `worker-${cluster.worker.id}`,
  }),
  spanProcessors: [register, processor],
});
provider.register();
flushOnExit(processor); // also when the primary disconnects the worker

registerInstrumentations({
  instrumentations: [
    new HttpInstrumentation({
      // Makes the resource of a client span `GET /stock/:id` instead of only `GET`.
      startOutgoingSpanHook: ({ path }) => ({ 'url.template': path.replace(/\d+/, ':id') }),
    }),
  ],
});

/** What became of the spans of this worker, in its own view. */
function account() {
  return { stats: exporter.stats(), spansMade: register.ids };
}

module.exports = { account };
