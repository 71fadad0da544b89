// Tracing for an ES module that knows nothing of it: `node --import ./tracing.mjs service.mjs`.

import { register } from 'node:module';

// Before anything is imported that is to be instrumented, or that imports it.
register('@opentelemetry/instrumentation/hook.mjs', import.meta.url);

const { startTracing } = await import('./start-tracing.cjs');
startTracing({
  sdk: await import('@opentelemetry/sdk-node'),
  spans: await import(process.env.TRACE_SDK),
  instrumentations: await import('@opentelemetry/auto-instrumentations-node'),
  exporters: await import('opentelemetry-exporter-datadog-agent'),
});
