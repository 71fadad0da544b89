import { BatchSpanProcessor, SimpleSpanProcessor } from '@opentelemetry/sdk-trace-base';
import { describe, expect, it } from 'vitest';
import { afterForkInChild, withForkHooks } from '../../src/fork.js';
import type { ReadableSpan, SpanExporter } from '../../src/index.js';
import { hookLog } from '../fork/hook-log.js';
import { captureDiag } from '../support/diag-log.js';
import { openExporter } from '../support/exporters.js';
import { exportSpans } from '../support/exports.js';
import { openFaultServer } from '../support/fault-server.js';
import { readAll, stall } from '../support/fault-steps.js';
import { openPipeline } from '../support/pipelines.js';
import { openScriptedAgent } from '../support/scripted-agent.js';
import { makeSpan, makeSpans } from '../support/spans.js';

const { register } = hookLog();
captureDiag();

/** A span that duplicates the heap when its `member` is read. */
function duplicating(member: 'resource' | 'attributes'): ReadableSpan {
  return Object.defineProperty(makeSpan(), member, {
    get: () => {
      afterForkInChild();
      return {};
    },
  });
}

describe('an exporter that is used by a fork hook', () => {
  it('sends from the new life, once, though the hook is older than the exporter', async () => {
    const agent = await openScriptedAgent();
    const results: Promise<unknown>[] = [];
    const seen: unknown[] = [];
    register({
      child: () => {
        results.push(exportSpans(exporter, [makeSpan({ name: 'in the hook' })]));
        seen.push(exporter.stats());
      },
    });
    const exporter = openExporter({ url: agent.url });
    const inherited = exportSpans(exporter, makeSpans(20_000));

    afterForkInChild();

    expect(await inherited).toEqual({ code: 0 });
    expect(await Promise.all(results)).toEqual([{ code: 0 }]);
    expect(agent.spans.map(({ resource }) => resource)).toEqual(['in the hook']);
    expect(seen).toMatchObject([{ received: 1, inherited: 20_000 }]);
    expect(exporter.stats()).toMatchObject({ received: 1, exported: 1, inherited: 20_000 });
  });

  it('can be flushed and shut down there, though the hook is older', async () => {
    const agent = await openScriptedAgent();
    const ends: Promise<unknown>[] = [];
    register({
      child: () => {
        ends.push(exportSpans(exporter, makeSpans(3)), exporter.forceFlush(), exporter.shutdown());
      },
    });
    const exporter = openExporter({ url: agent.url });

    afterForkInChild();

    expect(await Promise.all(ends)).toEqual([{ code: 0 }, undefined, undefined]);
    expect(agent.spans).toHaveLength(3);
    expect(await exportSpans(exporter, makeSpans(1))).toMatchObject({ code: 1 });
  });

  it.each([
    ['a simple', (to: SpanExporter) => new SimpleSpanProcessor(to)],
    ['a batch', (to: SpanExporter) => new BatchSpanProcessor(to)],
  ])('sends what ends there behind %s processor once', async (_, createProcessor) => {
    const agent = await openScriptedAgent();
    register({ child: () => record(4) });
    const exporter = openExporter({ url: agent.url });
    const { processor, record } = openPipeline(exporter, { createProcessor });

    afterForkInChild();
    await processor.forceFlush();

    expect(new Set(agent.spans.map(({ spanId }) => spanId)).size).toBe(4);
    expect(agent.spans).toHaveLength(4);
    expect(processor.inherited).toBe(0);
    expect(exporter.stats()).toMatchObject({ received: 4, exported: 4, inherited: 0 });
  });

  it('loses nothing in the parent when hooks around it throw', async () => {
    const agent = await openScriptedAgent();
    const fail = (): never => {
      throw new Error('from a hook');
    };
    register({ before: fail, parent: fail, child: fail });
    const exporter = openExporter({ url: agent.url });
    register({ before: fail, parent: fail, child: fail });
    const results: Promise<unknown>[] = [];

    for (let round = 0; round < 20; round++) {
      results.push(exportSpans(exporter, makeSpans(50)));
      withForkHooks(() => results.push(exportSpans(exporter, makeSpans(50))));
    }
    await Promise.all(results);

    expect(agent.spans).toHaveLength(2_000);
    expect(exporter.stats()).toMatchObject({ received: 2_000, exported: 2_000, inherited: 0 });
  });
});

describe('a heap that is duplicated in the middle of an export', () => {
  it.each(['resource', 'attributes'] as const)(
    'leaves all of it behind when the %s of a span is read',
    async (member) => {
      const agent = await openScriptedAgent();
      const exporter = openExporter({ url: agent.url });
      const spans = [...makeSpans(10), duplicating(member), ...makeSpans(500)];

      expect(await exportSpans(exporter, spans)).toEqual({ code: 0 });
      expect(await exportSpans(exporter, [makeSpan({ name: 'own' })])).toEqual({ code: 0 });

      expect(agent.spans.map(({ resource }) => resource)).toEqual(['own']);
      expect(exporter.stats()).toMatchObject({
        received: 1,
        exported: 1,
        dropped: 0,
        buffered: 0,
        inFlight: 0,
        inherited: 511,
      });
    },
  );

  it('sends it from the copy when that was before any of it was taken', async () => {
    const agent = await openScriptedAgent();
    const exporter = openExporter({ url: agent.url });
    const spans = new Proxy(makeSpans(3), {
      get: (target, name) => {
        if (name === '1') afterForkInChild();
        const value: unknown = Reflect.get(target, name);
        return value;
      },
    });

    expect(await exportSpans(exporter, spans)).toEqual({ code: 0 });

    expect(agent.spans).toHaveLength(3);
    expect(exporter.stats()).toMatchObject({ received: 3, exported: 3, inherited: 0 });
  });

  it('settles all that wait, also when it is duplicated again at once', async () => {
    const server = await openFaultServer({ scripts: [[readAll, stall]] });
    const exporter = openExporter({ url: server.url, graceMillis: 60_000 });
    const { processor, record } = openPipeline(exporter);
    record(600);
    const flushes = [processor.forceFlush(), exporter.forceFlush()];
    const ends = [processor.shutdown(), exporter.shutdown()];

    afterForkInChild();
    afterForkInChild();

    await Promise.all([...flushes, ...ends]);
    const { inherited, ...counts } = exporter.stats();
    expect(counts).toMatchObject({ received: 0, dropped: 0, buffered: 0, inFlight: 0 });
    expect(inherited + processor.inherited).toBe(600);
  });
});
