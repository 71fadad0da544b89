// Owns what requiring the package does to a process, seen from inside it. Runs beside a copy of the
// build, where undici and @msgpack/msgpack are traps that say when they are evaluated.

const { Observer } = require('./import-observer.cjs');
require('@opentelemetry/api');

const observer = new Observer();
const started = performance.now();
const { DatadogSpanExporter } = require('opentelemetry-exporter-datadog-agent');
const importMillis = performance.now() - started;
void observer.finish({ importMillis, DatadogSpanExporter });
