// Owns a span processor that hands over later than the SDK's.

import type { ReadableSpan, SpanExporter, SpanProcessor } from '../../src/index.js';
import { bareProcessor } from '../support/pipelines.js';

/** Hands over one turn of the event loop after it was told to flush, and settles at once with `result`. */
export function lateProcessor(exporter: SpanExporter, result: () => Promise<void>): SpanProcessor {
  const spans: ReadableSpan[] = [];
  return bareProcessor({
    onEnd: (span) => void spans.push(span),
    forceFlush: async () => {
      await new Promise((resolve) => setImmediate(resolve));
      exporter.export(spans.splice(0), () => undefined);
      await result();
    },
  });
}
