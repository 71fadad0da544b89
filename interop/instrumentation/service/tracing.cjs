// Tracing for a CommonJS program that knows nothing of it: `node --require ./tracing.cjs service.cjs`.

const { startTracing } = require('./start-tracing.cjs');

startTracing({
  sdk: require('@opentelemetry/sdk-node'),
  spans: require(process.env.TRACE_SDK),
  instrumentations: require('@opentelemetry/auto-instrumentations-node'),
  exporters: require('opentelemetry-exporter-datadog-agent'),
});
