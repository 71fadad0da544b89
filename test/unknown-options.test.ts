import { BatchSpanProcessor, type SpanExporter } from '@opentelemetry/sdk-trace-node';
import { describe, expect, it } from 'vitest';
import {
  DatadogBatchSpanProcessor,
  type DatadogSpanExporter,
  flushOnExit,
  ForkSafeSpanProcessor,
  withFlush,
} from '../src/index.js';
import { captureDiag } from './support/diag-log.js';
import { openExporter } from './support/exporters.js';

const warnings = captureDiag();

describe('an unknown option', () => {
  it.each<[string, (exporter: DatadogSpanExporter) => unknown]>([
    [
      'maxQueueSize',
      (exporter) => new DatadogBatchSpanProcessor({ exporter, ...extra('maxQueueSize') }),
    ],
    [
      'makeProcessor',
      (exporter) =>
        new ForkSafeSpanProcessor({ exporter, createProcessor, ...extra('makeProcessor') }),
    ],
    ['signal', (exporter) => flushOnExit(exporter, extra('signal'))()],
    ['timeout', (exporter) => withFlush(() => 1, exporter, extra('timeout'))],
  ])('is warned about: %s', (name, make) => {
    make(openExporter({}));

    expect(warnings).toEqual([`the option \`${name}\` is unknown; it is ignored`]);
  });
});

function createProcessor(exporter: SpanExporter): BatchSpanProcessor {
  return new BatchSpanProcessor(exporter);
}

function extra(name: string): object {
  return { [name]: 1 };
}
