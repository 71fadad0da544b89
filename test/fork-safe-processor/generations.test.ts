import { BatchSpanProcessor, SimpleSpanProcessor } from '@opentelemetry/sdk-trace-base';
import { describe, expect, it } from 'vitest';
import { nextGeneration } from '../../src/fork/generation.js';
import type { SpanExporter, SpanProcessor } from '../../src/index.js';
import { captureDiag } from '../support/diag-log.js';
import { openExporter } from '../support/exporters.js';
import { bareProcessor, openPipeline } from '../support/pipelines.js';
import { openScriptedAgent } from '../support/scripted-agent.js';
import { makeSpan, makeSpans, NEVER_READY } from '../support/spans.js';
import { until } from '../support/until.js';

const lines = captureDiag();

describe('a ForkSafeSpanProcessor after the heap was duplicated', () => {
  it('sends what ends here once, and nothing of what its timer had been armed for', async () => {
    const agent = await openScriptedAgent();
    const exporter = openExporter({ url: agent.url });
    const { processor, provider, record } = openPipeline(exporter, {
      createProcessor: (to) => new BatchSpanProcessor(to, { scheduledDelayMillis: 50 }),
    });
    record(10);

    nextGeneration();
    provider.getTracer('tests').startSpan('ours', { root: true }).end();
    await until('the old timer', () => processor.inherited > 0);
    await processor.forceFlush();

    expect(agent.spans.map(({ resource }) => resource)).toEqual(['ours']);
    expect(exporter.stats()).toMatchObject({ received: 1, exported: 1 });
    expect(processor.inherited).toBe(10);
    await processor.shutdown();
    expect(agent.spans).toHaveLength(1);
    expect(lines).toEqual([]);
  });

  it('tells a flush that waited for resource attributes that all went well', async () => {
    const { processor } = openPipeline(openExporter({}), {
      createProcessor: (to) => new BatchSpanProcessor(to),
    });
    processor.onEnd(makeSpan({ resource: NEVER_READY }));
    const flush = processor.forceFlush({ timeoutMillis: 50 });

    nextGeneration();

    await expect(flush).resolves.toBeUndefined();
  });

  it('leaves the inherited processor alone, and makes the next one when it is needed', async () => {
    const calls: string[] = [];
    let made = 0;
    const { processor, record } = openPipeline(openExporter({}), {
      createProcessor: () => {
        const number = ++made;
        const note = (what: string): void => void calls.push(`${number} ${what}`);
        return bareProcessor({
          onEnd: () => note('onEnd'),
          forceFlush: () => Promise.resolve(note('forceFlush')),
          shutdown: () => Promise.resolve(note('shutdown')),
        });
      },
    });
    record(1);

    nextGeneration();
    nextGeneration();
    expect(made).toBe(1);
    record(1);
    await processor.forceFlush();
    await processor.shutdown();

    expect(calls).toEqual(['1 onEnd', '2 onEnd', '2 forceFlush', '2 forceFlush', '2 shutdown']);
  });

  it('lets an inherited processor believe that all went well', async () => {
    const inherited: SpanExporter[] = [];
    const calls: string[] = [];
    const note = (what: string) => () => Promise.resolve(void calls.push(what));
    const exporter = {
      export: () => calls.push('export'),
      forceFlush: note('forceFlush'),
      shutdown: note('shutdown'),
    };
    const { processor } = openPipeline(exporter, {
      createProcessor: (to) => {
        inherited.push(to);
        return new SimpleSpanProcessor(to);
      },
    });
    nextGeneration();
    const results: unknown[] = [];

    inherited[0]?.export(makeSpans(2), (result) => {
      results.push(result);
      throw new Error('nobody hears it');
    });

    expect(results).toEqual([]);
    await inherited[0]?.forceFlush?.();
    await inherited[0]?.shutdown();
    expect(results).toEqual([{ code: 0 }]);
    expect(calls).toEqual([]);
    expect(processor.inherited).toBe(2);
  });

  it('counts in all generations', () => {
    const inherited: SpanExporter[] = [];
    const { processor } = openPipeline(openExporter({}), {
      createProcessor: (to) => {
        inherited.push(to);
        return new SimpleSpanProcessor(to);
      },
    });
    nextGeneration();
    inherited[0]?.export(makeSpans(2), () => undefined);

    nextGeneration();

    inherited[0]?.export(makeSpans(3), () => undefined);
    expect(processor.inherited).toBe(5);
  });

  it('goes on when the next processor could not be made at first', async () => {
    const agent = await openScriptedAgent();
    const exporter = openExporter({ url: agent.url });
    const outcomes: ((to: SpanExporter) => SpanProcessor)[] = [
      (to) => new SimpleSpanProcessor(to),
      () => {
        throw new Error('not now');
      },
      (to) => new SimpleSpanProcessor(to),
    ];
    const { processor, provider } = openPipeline(exporter, {
      createProcessor: (to) => outcomes.shift()?.(to) ?? bareProcessor(),
    });
    nextGeneration();

    const span = provider.getTracer('tests').startSpan('work');
    span.end();
    await processor.forceFlush();

    expect(agent.spans).toHaveLength(1);
    expect(lines).toEqual(['createProcessor failed: not now; spans are lost until it succeeds']);
  });
});
