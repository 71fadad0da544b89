// The pipelines that are compared, in the order of the table's columns. Each makes the span processor
// of a process.

import { BatchSpanProcessor } from '@opentelemetry/sdk-trace-node';
import { DatadogSpanExporter, flushOnExit, ForkSafeSpanProcessor } from '../../dist/index.js';

/** A generous timeout, so that the speed of the machine is not what is measured. */
const PATIENT = { timeoutMillis: 30_000 };

export const SETUPS = {
  stock: {
    name: '`BatchSpanProcessor` alone',
    createProcessor: () => new BatchSpanProcessor(new DatadogSpanExporter()),
  },
  flushing: {
    name: 'with `flushOnExit`',
    createProcessor: () => flushed(PATIENT),
  },
  blocking: {
    name: 'with `blockOnExit: true`',
    createProcessor: () => flushed({ ...PATIENT, blockOnExit: true }),
  },
};

function flushed(options) {
  const processor = new ForkSafeSpanProcessor({
    exporter: new DatadogSpanExporter(),
    createProcessor: (exporter) => new BatchSpanProcessor(exporter),
  });
  flushOnExit(processor, options);
  return processor;
}
