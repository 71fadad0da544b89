// Sends batch after batch until it is killed: `node killed-sender.mjs WAY LOG`. The ids of each batch are
// written to the file LOG as soon as the exporter says that the Agent has it, before anything else happens.

import { openSync, writeSync } from 'node:fs';
import { BasicTracerProvider } from '@opentelemetry/sdk-trace-base';
import { DatadogBatchSpanProcessor, DatadogSpanExporter } from '../../dist/index.js';

const [, , way, log] = process.argv;
const file = openSync(log, 'a');
const exporter = new DatadogSpanExporter({ service: 'killed' });
/** Together some 100 KB, more than a Unix socket takes at once. */
const BATCH_SPANS = 50;
const text = 'x'.repeat(2_000);

/** Each resolves to the ids of spans that the Agent has, or to none if they were lost. */
const ways = {
  exporter: () => {
    const batch = [];
    const tracer = tracerFor({ onEnd: (span) => batch.push(span) });
    return async () => {
      const ids = endSpans(tracer);
      const { code } = await new Promise((resolve) => exporter.export(batch.splice(0), resolve));
      return code === 0 ? ids : [];
    };
  },
  processor: () => {
    const processor = new DatadogBatchSpanProcessor({ exporter });
    const tracer = tracerFor(processor);
    return async () => {
      const ids = endSpans(tracer);
      return processor.forceFlush().then(
        () => ids,
        () => [],
      );
    };
  },
};

/** Two at a time, as there are two connections. */
await Promise.all([sendForEver(ways[way]()), sendForEver(ways[way]())]);

async function sendForEver(sendBatch) {
  for (;;) {
    const ids = await sendBatch();
    if (ids.length > 0) writeSync(file, `${ids.join(' ')}\n`);
  }
}

function tracerFor(processor) {
  const nothing = { onStart() {}, forceFlush: async () => {}, shutdown: async () => {} };
  const { onEnd } = processor;
  const spanProcessor = { ...nothing, onEnd: (span) => onEnd.call(processor, span) };
  return new BasicTracerProvider({ spanProcessors: [spanProcessor] }).getTracer('killed');
}

function endSpans(tracer) {
  return Array.from({ length: BATCH_SPANS }, () => {
    const span = tracer.startSpan('work', { root: true, attributes: { text } });
    span.end();
    return BigInt(`0x${span.spanContext().spanId}`);
  });
}
