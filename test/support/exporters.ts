// Owns the exporters of tests: each is shut down at once after its test.

import { afterEach } from 'vitest';
import { DatadogSpanExporter, type DatadogSpanExporterOptions } from '../../src/index.js';

const opened: DatadogSpanExporter[] = [];

afterEach(async () => {
  await Promise.all(opened.splice(0).map((exporter) => exporter.shutdown({ graceMillis: 0 })));
});

export function openExporter(options: DatadogSpanExporterOptions): DatadogSpanExporter {
  const exporter = new DatadogSpanExporter(options);
  opened.push(exporter);
  return exporter;
}
