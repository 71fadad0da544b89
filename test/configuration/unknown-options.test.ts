import { BatchSpanProcessor, type SpanExporter } from '@opentelemetry/sdk-trace-node';
import { describe, expect, it } from 'vitest';
import {
  DatadogBatchSpanProcessor,
  type DatadogSpanExporter,
  flushOnExit,
  ForkSafeSpanProcessor,
  withFlush,
} from '../../src/index.js';
import { captureDiag } from '../support/diag-log.js';
import { openExporter } from '../support/exporters.js';

const warnings = captureDiag();

describe('an unknown option', () => {
  it.each<[string, string, (exporter: DatadogSpanExporter) => unknown]>([
    [
      'DatadogBatchSpanProcessor',
      'maxQueueSize',
      (exporter) => new DatadogBatchSpanProcessor({ exporter, ...extra('maxQueueSize') }),
    ],
    [
      'ForkSafeSpanProcessor',
      'makeProcessor',
      (exporter) =>
        new ForkSafeSpanProcessor({ exporter, createProcessor, ...extra('makeProcessor') }),
    ],
    ['flushOnExit', 'signal', (exporter) => flushOnExit(exporter, extra('signal'))()],
    ['withFlush', 'timeout', (exporter) => withFlush(() => 1, exporter, extra('timeout'))],
  ])('is warned about: of %s, %s', (owner, name, make) => {
    make(openExporter({}));

    expect(warnings).toEqual([`${owner} has no option \`${name}\`; it is ignored`]);
  });
});

function createProcessor(exporter: SpanExporter): BatchSpanProcessor {
  return new BatchSpanProcessor(exporter);
}

function extra(name: string): object {
  return { [name]: 1 };
}
