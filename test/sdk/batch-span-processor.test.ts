// Owns what the README says of the SDK's processor, and why one drains it by hand.

import { BasicTracerProvider, BatchSpanProcessor } from '@opentelemetry/sdk-trace-base';
import { afterEach, describe, expect, it } from 'vitest';
import type { ExportResult, SpanExporter } from '../../src/index.js';

const calls: string[] = [];

afterEach(() => {
  calls.length = 0;
});

function exporterThat(answers: (callback: (result: ExportResult) => void) => void): SpanExporter {
  return {
    export: (spans, callback) => {
      calls.push(`export of ${spans.length}`);
      answers(callback);
    },
    forceFlush: () => Promise.resolve(void calls.push('forceFlush')),
    shutdown: () => Promise.resolve(void calls.push('shutdown')),
  };
}

function providerFor(exporter: SpanExporter, batch: number): BasicTracerProvider {
  const processor = new BatchSpanProcessor(exporter, { maxExportBatchSize: batch });
  return new BasicTracerProvider({ spanProcessors: [processor] });
}

describe('the BatchSpanProcessor of the SDK', () => {
  it('holds spans until it is flushed, and never calls exporter.forceFlush()', async () => {
    const provider = providerFor(
      exporterThat((callback) => callback({ code: 0 })),
      512,
    );
    provider.getTracer('t').startSpan('s').end();
    expect(calls).toEqual([]);

    await provider.forceFlush();

    expect(calls).toEqual(['export of 1']);
    await provider.shutdown();
  });

  it('does not wait for a batch that is already on its way', async () => {
    let answer: ((result: ExportResult) => void) | undefined;
    const provider = providerFor(
      exporterThat((callback) => {
        answer = callback;
      }),
      1,
    );
    provider.getTracer('t').startSpan('s').end();
    expect(calls).toEqual(['export of 1']);

    await provider.forceFlush();

    answer?.({ code: 0 });
    await provider.shutdown();
  });

  it('does not call exporter.shutdown() after a failed flush', async () => {
    const failure: ExportResult = { code: 1, error: new Error('refused') };
    const provider = providerFor(
      exporterThat((callback) => callback(failure)),
      512,
    );
    provider.getTracer('t').startSpan('s').end();

    await expect(provider.shutdown()).rejects.toThrow('refused');

    expect(calls).toEqual(['export of 1']);
  });
});
