// Owns the tracing of a worker: sets the SDK up, and drains it before the worker ends. To be loaded
// before anything that shall be traced.

const cluster = require('node:cluster');
const { diag, DiagConsoleLogger, DiagLogLevel } = require('@opentelemetry/api');
const { registerInstrumentations } = require('@opentelemetry/instrumentation');
const { HttpInstrumentation } = require('@opentelemetry/instrumentation-http');
const { resourceFromAttributes } = require('@opentelemetry/resources');
const { BatchSpanProcessor, NodeTracerProvider } = require('@opentelemetry/sdk-trace-node');
const { DatadogSpanExporter } = require('opentelemetry-exporter-datadog-agent');
const { SpanRegister } = require('./span-register.cjs');

diag.setLogger(new DiagConsoleLogger(), DiagLogLevel.WARN);

const exporter = new DatadogSpanExporter(); // finds the Agent through DD_TRACE_AGENT_URL
const register = new SpanRegister();
const provider = new NodeTracerProvider({
  resource: resourceFromAttributes({
    'service.name': 'shop',
    'service.version': '1.0.0',
    'deployment.environment.name': 'demo',
    'service.instance.id': `worker-${cluster.worker.id}`,
  }),
  spanProcessors: [register, new BatchSpanProcessor(exporter)],
});
provider.register();

registerInstrumentations({
  instrumentations: [
    new HttpInstrumentation({
      // Makes the resource of a client span `GET /stock/:id` instead of only `GET`.
      startOutgoingSpanHook: ({ path }) => ({ 'url.template': path.replace(/\d+/, ':id') }),
    }),
  ],
});

/**
 * Delivers every span that has ended. The provider hands over what is in its buffer, but does not
 * wait for batches that it handed over before; the exporter does.
 */
async function drain() {
  try {
    await provider.forceFlush();
    await exporter.forceFlush();
  } finally {
    await provider.shutdown();
  }
}

/** What became of the spans of this worker, in its own view. */
function account() {
  return { stats: exporter.stats(), spansMade: register.ids };
}

module.exports = { account, drain };
