// Owns calling `export()` in tests and waiting for its callback.

import type { ExportResult, ReadableSpan, SpanExporter } from '../../src/index.js';

/** The result that one export calls back with. */
export function exportSpans(
  exporter: SpanExporter,
  spans: readonly ReadableSpan[],
): Promise<ExportResult> {
  return new Promise((resolve) => {
    exporter.export(spans, resolve);
  });
}
