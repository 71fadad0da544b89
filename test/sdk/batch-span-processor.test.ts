// Owns what the documents say of the SDK's processor and its log, and why one drains it by hand.

import { diag, DiagLogLevel } from '@opentelemetry/api';
import { resourceFromAttributes } from '@opentelemetry/resources';
import { BasicTracerProvider, BatchSpanProcessor } from '@opentelemetry/sdk-trace-base';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
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

describe('the log of the SDK', () => {
  const lines: string[] = [];
  const note =
    (loudness: string) =>
    (...words: readonly unknown[]): void =>
      void lines.push([loudness, ...words].join(' '));

  beforeEach(() => {
    lines.length = 0;
    const logger = {
      error: note('error'),
      warn: note('warn'),
      info: note('info'),
      debug: note('debug'),
      verbose: note('verbose'),
    };
    diag.setLogger(logger, { logLevel: DiagLogLevel.DEBUG });
    lines.length = 0;
  });

  afterEach(() => diag.disable());

  it('has an error for each batch that failed', async () => {
    const failure: ExportResult = { code: 1, error: new Error('refused') };
    const provider = providerFor(
      exporterThat((callback) => callback(failure)),
      1,
    );
    const tracer = provider.getTracer('t');
    for (let count = 0; count < 3; count++) {
      tracer.startSpan('s').end();
      await new Promise(setImmediate);
    }

    await provider.shutdown();

    expect(lines.filter((line) => /^error .*refused/s.test(line))).toHaveLength(3);
  });

  it('warns of what its processor dropped only when a later span finds room', async () => {
    const processor = new BatchSpanProcessor(
      exporterThat((callback) => callback({ code: 0 })),
      { maxQueueSize: 4, maxExportBatchSize: 4, scheduledDelayMillis: 60_000 },
    );
    const tracer = new BasicTracerProvider({ spanProcessors: [processor] }).getTracer('t');
    for (let count = 0; count < 10; count++) tracer.startSpan('s').end();

    await processor.forceFlush();

    expect(lines.filter((line) => line.startsWith('warn'))).toEqual([]);
    expect(lines).toContain('debug maxQueueSize reached, dropping spans');
    tracer.startSpan('later').end();
    expect(lines).toContainEqual(expect.stringMatching(/^warn Dropped \d+ spans/));
    await processor.shutdown();
  });

  it('has an error where attributes of a resource are read before they have come', () => {
    const never = new Promise<string>(() => undefined);

    void resourceFromAttributes({ 'service.name': never }).attributes;

    expect(lines).toContain('error Accessing resource attributes before async attributes settled');
  });
});
