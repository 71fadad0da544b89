// Owns what importing the package does to a process, seen from inside it. Runs beside a copy of the
// build, where undici and @msgpack/msgpack are traps that say when they are evaluated.

import { Observer } from './import-observer.cjs';
import '@opentelemetry/api';

const observer = new Observer();
await import('data:text/javascript,');
observer.ignoreReads();
const started = performance.now();
const { DatadogSpanExporter } = await import('opentelemetry-exporter-datadog-agent');
const importMillis = performance.now() - started;
await observer.finish({ importMillis, DatadogSpanExporter });
