import { resourceFromAttributes } from '@opentelemetry/resources';
import { BatchSpanProcessor, SimpleSpanProcessor } from '@opentelemetry/sdk-trace-base';
import { describe, expect, it } from 'vitest';
import type { DrainableExporter, ReadableSpan, SpanProcessor } from '../../src/index.js';
import { captureDiag } from '../support/diag-log.js';
import { openExporter } from '../support/exporters.js';
import { openFaultServer } from '../support/fault-server.js';
import { readAll, reply, stall } from '../support/fault-steps.js';
import { openGate } from '../support/gate.js';
import { holdReply } from '../support/held-reply.js';
import { bareProcessor, openPipeline } from '../support/pipelines.js';
import { openScriptedAgent } from '../support/scripted-agent.js';
import { makeSpan } from '../support/spans.js';
import { until } from '../support/until.js';
import { millisOf } from '../support/wall-time.js';

const lines = captureDiag();
/** For a busy machine; else it is less than 100. */
const SLACK_MILLIS = 2_000;
const never = new Promise<never>(() => undefined);

async function hangingUrl(): Promise<string> {
  return (await openFaultServer({ scripts: [[readAll, stall]] })).url;
}

/** Hands over when `isReleased` settles, long after it was told to flush. */
function handingOverAt(isReleased: Promise<void>) {
  return (exporter: DrainableExporter) => {
    const spans: ReadableSpan[] = [];
    return bareProcessor({
      onEnd: (span) => void spans.push(span),
      forceFlush: async () => {
        await isReleased;
        exporter.export(spans.splice(0), () => undefined);
      },
    });
  };
}

/** Exports each span some microtasks after its resource has its attributes; has nothing to flush. */
function exportingSlowly(exporter: DrainableExporter): SpanProcessor {
  const exportSpan = async (span: ReadableSpan): Promise<void> => {
    await span.resource.waitForAsyncAttributes?.();
    for (let hops = 0; hops < 20; hops++) await Promise.resolve();
    exporter.export([span], () => undefined);
  };
  return bareProcessor({ onEnd: (span) => void exportSpan(span) });
}

describe('shutdown of a ForkSafeSpanProcessor', () => {
  it('loses nothing: neither what it holds nor what is on its way', async () => {
    const agent = await openScriptedAgent();
    const held = holdReply();
    agent.answer(held.reply);
    const exporter = openExporter({ url: agent.url });
    const { provider, record } = openPipeline(exporter);
    record(512); // the processor of the SDK exports a full batch at once
    await agent.waitForRequests(1);
    record(100);

    const shutdown = provider.shutdown();
    held.release();
    await shutdown;

    expect(agent.spans).toHaveLength(612);
    expect(exporter.stats()).toMatchObject({ received: 612, exported: 612 });
    expect(lines).toEqual([]);
  });

  it('waits for resource attributes that come within the grace', async () => {
    const agent = await openScriptedAgent();
    const detected = new Promise<string>((resolve) => setImmediate(() => resolve('late-shop')));
    const { provider, record } = openPipeline(openExporter({ url: agent.url }), {
      resource: resourceFromAttributes({ 'service.name': detected }),
    });
    record(3);

    await provider.shutdown();

    expect(agent.spans.map(({ service }) => service)).toEqual(Array(3).fill('late-shop'));
  });

  it.each<[string, (to: DrainableExporter) => SpanProcessor]>([
    ['BatchSpanProcessor', (to) => new BatchSpanProcessor(to, { maxExportBatchSize: 3 })],
    ['SimpleSpanProcessor', (to) => new SimpleSpanProcessor(to)],
    ['slower processor', exportingSlowly],
  ])('waits also for spans that a %s had begun to export', async (_name, createProcessor) => {
    const agent = await openScriptedAgent();
    const detected = new Promise<string>((resolve) => setImmediate(() => resolve('late-shop')));
    const { provider, record } = openPipeline(openExporter({ url: agent.url }), {
      createProcessor,
      resource: resourceFromAttributes({ 'service.name': detected }),
    });
    record(3);

    await provider.shutdown();

    expect(agent.spans).toHaveLength(3);
  });

  it('loses nothing of a processor that hands over late', async () => {
    const agent = await openScriptedAgent();
    const exporter = openExporter({ url: agent.url });
    const gate = openGate();
    const { processor, record } = openPipeline(exporter, {
      createProcessor: handingOverAt(gate.pass()),
    });
    record(3);

    const shutdown = processor.shutdown();
    await new Promise((resolve) => setImmediate(resolve));
    gate.open();
    await shutdown;

    expect(exporter.stats()).toMatchObject({ received: 3, exported: 3 });
  });

  it('accounts for what is handed over after it', async () => {
    const agent = await openScriptedAgent();
    const exporter = openExporter({ url: agent.url });
    const gate = openGate();
    const { processor, record } = openPipeline(exporter, {
      createProcessor: handingOverAt(gate.pass()),
    });
    record(3);
    await processor.shutdown({ graceMillis: 0 });

    gate.open();
    await until('the drop', () => exporter.stats().received === 3);

    expect(exporter.stats()).toMatchObject({ droppedByReason: { shutdown: 3 } });
    expect(agent.requests).toEqual([]);
  });

  it('shuts an inner processor down whose flush never ends', async () => {
    const calls: string[] = [];
    const { processor, record } = openPipeline(openExporter({}), {
      createProcessor: () =>
        bareProcessor({
          forceFlush: () => never,
          shutdown: () => {
            calls.push('shutdown');
            return never;
          },
        }),
    });
    record(1);

    const shutdowns = [processor.shutdown({ graceMillis: 60_000 })];
    shutdowns.push(processor.shutdown({ graceMillis: 50 }));
    expect(await millisOf(() => Promise.all(shutdowns))).toBeLessThan(50 + SLACK_MILLIS);
    await processor.shutdown();

    expect(calls).toEqual(['shutdown']);
  });

  it('resolves although all that it calls fails', async () => {
    const fail = (): never => {
      throw new Error('broken');
    };
    const exporter: DrainableExporter = { export: fail, forceFlush: fail, shutdown: fail };
    const { processor, record } = openPipeline(exporter, {
      createProcessor: () => bareProcessor({ forceFlush: fail, shutdown: fail }),
    });
    record(1);

    await expect(processor.shutdown()).resolves.toBeUndefined();

    expect(lines.toSorted()).toEqual([
      'forceFlush of the span processor failed: broken; spans that it held may be lost',
      'shutdown of the exporter failed: broken',
      'shutdown of the span processor failed: broken; spans that it held may be lost',
    ]);
  });

  it('tells of spans that end afterwards, unless they are not sampled', async () => {
    const { processor } = openPipeline(openExporter({}));
    await processor.shutdown();
    const unsampled = { ...makeSpan().spanContext(), traceFlags: 0 };

    processor.onEnd(makeSpan({ spanContext: () => unsampled }));
    expect(lines).toEqual([]);
    processor.onEnd(makeSpan());
    processor.onEnd(makeSpan());

    expect(lines).toEqual(['a span that ended after the shutdown is lost']);
  });

  it('comes to its end also when the exporter was shut down before', async () => {
    const exporter = openExporter({ url: await hangingUrl() });
    const { processor, record } = openPipeline(exporter);
    record(3);
    await exporter.shutdown();

    expect(await millisOf(() => processor.shutdown())).toBeLessThan(SLACK_MILLIS);

    expect(exporter.stats()).toMatchObject({ droppedByReason: { shutdown: 3 } });
  });

  it('is shared by calls that come together, of which one may end it for all', async () => {
    const exporter = openExporter({ url: await hangingUrl() });
    const { processor, record } = openPipeline(exporter);
    record(1);

    const graces = [10_000, 10_000, 0];
    const millis = await millisOf(() =>
      Promise.all(graces.map((graceMillis) => processor.shutdown({ graceMillis }))),
    );

    expect(millis).toBeLessThan(SLACK_MILLIS);
    expect(exporter.stats()).toMatchObject({ droppedByReason: { shutdown: 1 } });
  });

  it('is what `await using` does', async () => {
    const agent = await openScriptedAgent();
    const exporter = openExporter({ url: agent.url });
    const { processor, record } = openPipeline(exporter);
    record(1);

    await processor[Symbol.asyncDispose]();

    expect(agent.spans).toHaveLength(1);
    record(1);
    expect(exporter.stats()).toMatchObject({ received: 1, exported: 1 });
  });

  it('drops what ends after it, and throws nothing', async () => {
    const server = await openFaultServer({ scripts: [[readAll, reply(200)]] });
    const exporter = openExporter({ url: server.url });
    const { provider, processor, record } = openPipeline(exporter);

    const shutdown = processor.shutdown();
    record(600);
    await shutdown;
    record(600);
    await provider.forceFlush();

    expect(exporter.stats()).toMatchObject({ received: 0 });
    expect(lines).toEqual(['a span that ended after the shutdown is lost']);
  });
});
