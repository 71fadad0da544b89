import { getEventListeners } from 'node:events';
import { TraceState } from '@opentelemetry/core';
import { resourceFromAttributes } from '@opentelemetry/resources';
import { BasicTracerProvider, BatchSpanProcessor } from '@opentelemetry/sdk-trace-base';
import { describe, expect, it, vi } from 'vitest';
import { systemClock } from '../../src/lang/clock.js';
import { endAll, openProcessor } from '../support/batch-processors.js';
import { captureDiag } from '../support/diag-log.js';
import { openExporter } from '../support/exporters.js';
import { openFaultServer } from '../support/fault-server.js';
import { readAll, reply, stall } from '../support/fault-steps.js';
import { openScriptedAgent } from '../support/scripted-agent.js';
import { makeSpan, makeSpans } from '../support/spans.js';
import { until } from '../support/until.js';

const lines = captureDiag();
const LARGE = { attributes: { text: 'x'.repeat(20_000) } };

describe('a DatadogBatchSpanProcessor', () => {
  it('keeps spans in the column `buffered` until a flush, which drains them', async () => {
    const agent = await openScriptedAgent();
    const exporter = openExporter({ url: agent.url });
    const processor = openProcessor(exporter);
    endAll(processor, makeSpans(10));

    expect(exporter.stats()).toMatchObject({ received: 10, buffered: 10, inFlight: 0 });
    await processor.forceFlush();

    expect(agent.spans).toHaveLength(10);
    expect(exporter.stats()).toMatchObject({ received: 10, exported: 10, buffered: 0 });
  });

  it('accounts for each span, where the batch processor of the SDK drops some unseen', async () => {
    const agent = await openScriptedAgent();
    const options = { url: agent.url, timeoutMillis: 60_000, flushTimeoutMillis: 60_000 };
    const [ours, behind] = [openExporter(options), openExporter(options)];
    const sdks = new BatchSpanProcessor(behind);
    const own = openProcessor(ours);

    const tracer = new BasicTracerProvider({ spanProcessors: [sdks] }).getTracer('tests');
    for (let index = 0; index < 5_000; index++) tracer.startSpan('work').end();
    endAll(own, makeSpans(5_000));
    await Promise.all([sdks.shutdown(), own.forceFlush()]);

    expect(ours.stats()).toMatchObject({ received: 5_000, exported: 5_000 });
    expect(behind.stats().received).toBeLessThan(5_000);
    expect(behind.stats().dropped).toBe(0);
  });

  it('is drained by a flush of its exporter as well', async () => {
    const agent = await openScriptedAgent();
    const exporter = openExporter({ url: agent.url });
    endAll(openProcessor(exporter), makeSpans(3));

    await exporter.forceFlush();

    expect(agent.spans).toHaveLength(3);
  });

  it('sends after the scheduled delay, again and again', async () => {
    const agent = await openScriptedAgent();
    const exporter = openExporter({ url: agent.url });
    const processor = openProcessor(exporter, { scheduledDelayMillis: 10 });

    for (const round of [1, 2, 3]) {
      endAll(processor, makeSpans(2));
      await until('the spans of a round', () => exporter.stats().exported === 2 * round);
    }

    expect(agent.requests).toHaveLength(3);
  });

  it('arms one timer, and none for spans that come to nothing', async () => {
    const armed = vi.spyOn(systemClock, 'scheduleInBackground');
    const processor = openProcessor(openExporter({}), { scheduledDelayMillis: 1_234 });
    const timers = (): number => armed.mock.calls.filter(([millis]) => millis === 1_234).length;

    endAll(processor, makeSpans(100, { traceId: 'malformed' }));
    expect(timers()).toBe(0);
    endAll(processor, makeSpans(3));

    expect(timers()).toBe(1);
    armed.mockRestore();
  });

  it('keeps nothing beyond a flush of a span that came to nothing', async () => {
    const agent = await openScriptedAgent();
    const processor = openProcessor(openExporter({ url: agent.url }));
    const traceState = new TraceState('dd=s:-1;o:synthetics');
    const context = { ...makeSpan().spanContext(), traceState };
    const bad = Object.defineProperty(makeSpan(), 'links', {
      get: () => {
        throw new Error('no');
      },
    });

    processor.onEnd(Object.assign(bad, { spanContext: () => context }));
    await processor.forceFlush();
    processor.onEnd(makeSpan());
    await processor.forceFlush();

    expect(agent.spans).toMatchObject([{ metrics: { _sampling_priority_v1: 1 } }]);
    expect(agent.spans).not.toHaveProperty(['0', 'meta', '_dd.origin']);
  });

  it('sends no second request for a small rest, however small `maxPayloadBytes` is', async () => {
    const agent = await openScriptedAgent();
    const exporter = openExporter({ url: agent.url, maxPayloadBytes: 128 * 1_024 });
    const processor = openProcessor(exporter);

    for (let round = 0; round < 10; round++) endAll(processor, makeSpans(100));
    await processor.forceFlush();

    const sizes = agent.requests.slice(0, -1).map(({ body }) => body.length);
    expect(sizes.length).toBeGreaterThan(1);
    expect(Math.min(...sizes)).toBeGreaterThan(64 * 1_024);
    expect(Math.max(...sizes)).toBeLessThanOrEqual(128 * 1_024);
  });

  it('sends before the scheduled delay when about a megabyte has come together', async () => {
    const agent = await openScriptedAgent();
    const exporter = openExporter({ url: agent.url });
    const processor = openProcessor(exporter);

    endAll(processor, makeSpans(100, LARGE));
    await until('the first payload', () => exporter.stats().exported > 0);

    expect(exporter.stats().buffered).toBeGreaterThan(0);
    await processor.forceFlush();
    expect(agent.spans).toHaveLength(100);
  });

  it('says of the spans of a provider what a batch processor of the SDK does', async () => {
    const agent = await openScriptedAgent();
    const resource = resourceFromAttributes({ 'service.name': 'shop', region: 'eu' });
    const batched = openExporter({ url: agent.url });
    const streamed = openExporter({ url: agent.url });
    const spanProcessors = [new BatchSpanProcessor(batched), openProcessor(streamed)];
    const provider = new BasicTracerProvider({ resource, spanProcessors });
    const tracer = provider.getTracer('tests', '1.2.3');
    for (const name of ['a', 'b', 'c']) {
      const span = tracer.startSpan(name, { attributes: { key: name, count: 3 } });
      span.recordException(new Error('broken'));
      span.end();
    }

    await provider.forceFlush();

    const [first, second] = agent.requests.map(({ chunks }) => chunks);
    expect(first?.flat()).toHaveLength(3);
    expect(second).toEqual(first);
    await provider.shutdown();
  });

  it('skips what is not sampled, and counts what cannot be sent', async () => {
    const agent = await openScriptedAgent();
    const exporter = openExporter({ url: agent.url });
    const processor = openProcessor(exporter);
    const unsampled = makeSpan();
    Object.assign(unsampled, {
      spanContext: () => ({ ...makeSpan().spanContext(), traceFlags: 0 }),
    });
    const hostile = Object.defineProperty(makeSpan(), 'name', { get: () => expect.fail('read') });
    const unreadable = Object.assign(makeSpan(), { spanContext: () => expect.fail('read') });

    endAll(processor, [unsampled, hostile, unreadable, makeSpan({ traceId: 'zz' }), makeSpan()]);
    await processor.forceFlush();

    expect(agent.spans).toHaveLength(1);
    expect(exporter.stats()).toMatchObject({
      received: 4,
      exported: 1,
      droppedByReason: { encode: 2, invalid_id: 1 },
    });
  });

  it('takes spans that end while one is read', async () => {
    const agent = await openScriptedAgent();
    const processor = openProcessor(openExporter({ url: agent.url }));
    const span = Object.defineProperty(makeSpan(), 'name', {
      get: () => {
        processor.onEnd(makeSpan({ name: 'nested' }));
        return 'outer';
      },
    });

    processor.onEnd(span);
    await processor.forceFlush();

    expect(agent.spans.map(({ resource }) => resource)).toContain('nested');
    expect(agent.spans.map(({ resource }) => resource)).toContain('outer');
  });
});

describe('shutdown', () => {
  it('loses nothing when the Agent answers, and takes no more', async () => {
    const agent = await openScriptedAgent();
    const exporter = openExporter({ url: agent.url });
    const processor = openProcessor(exporter);
    endAll(processor, makeSpans(50));

    await processor.shutdown();
    processor.onEnd(makeSpan());

    expect(agent.spans).toHaveLength(50);
    expect(exporter.stats()).toMatchObject({
      received: 51,
      exported: 50,
      droppedByReason: { shutdown: 1 },
    });
    expect(lines.join()).toMatch(/shut down/);
  });

  it('is what `await using` does', async () => {
    const agent = await openScriptedAgent();
    const exporter = openExporter({ url: agent.url });
    const processor = openProcessor(exporter);
    endAll(processor, makeSpans(2));

    await processor[Symbol.asyncDispose]();
    processor.onEnd(makeSpan());

    expect(exporter.stats()).toMatchObject({ exported: 2, droppedByReason: { shutdown: 1 } });
  });

  it('leaves no listener on the signal when all that ended could not be encoded', async () => {
    const { signal } = new AbortController();
    const exporter = openExporter({ url: 'http://127.0.0.1:1', signal });
    endAll(openProcessor(exporter), [makeSpan({ traceId: 'nonsense' })]);

    expect(getEventListeners(signal, 'abort')).toEqual([]);
    await exporter.shutdown();

    expect(exporter.stats()).toMatchObject({ droppedByReason: { invalid_id: 1 } });
    expect(getEventListeners(signal, 'abort')).toEqual([]);
  });

  it.each([480, 500, 520, 540, 560, 580, 600, 620])(
    'nor when a text of %i bytes may be too large with its chunk only',
    async (length) => {
      const agent = await openScriptedAgent();
      const { signal } = new AbortController();
      const exporter = openExporter({ url: agent.url, signal, maxPayloadBytes: 1_024 });
      const processor = openProcessor(exporter);
      endAll(processor, [makeSpan({ attributes: { text: 'x'.repeat(length) } })]);

      await processor.forceFlush();

      expect(getEventListeners(signal, 'abort')).toEqual([]);
    },
  );

  it('keeps to the grace when the Agent hangs', async () => {
    const server = await openFaultServer({ scripts: [[readAll, stall]] });
    const exporter = openExporter({ url: server.url, graceMillis: 100 });
    const processor = openProcessor(exporter);
    endAll(processor, makeSpans(50));

    const start = performance.now();
    await processor.shutdown();

    expect(performance.now() - start).toBeLessThan(2_000);
    expect(exporter.stats()).toMatchObject({ droppedByReason: { shutdown: 50 }, buffered: 0 });
    expect(lines.join()).toMatch(/Shutdown cut 1 export, .*: 50 spans lost/);
  });

  it('takes another time limit or grace than the exporter has', async () => {
    const server = await openFaultServer({ scripts: [[readAll, stall]] });
    const minute = { graceMillis: 60_000, flushTimeoutMillis: 60_000, timeoutMillis: 60_000 };
    const exporter = openExporter({ url: server.url, attemptTimeoutMillis: 60_000, ...minute });
    const processor = openProcessor(exporter);
    endAll(processor, makeSpans(5));

    await expect(processor.forceFlush({ timeoutMillis: 50 })).rejects.toMatchObject({
      kind: 'timeout',
    });
    await processor.shutdown({ graceMillis: 50 });

    expect(exporter.stats()).toMatchObject({ droppedByReason: { shutdown: 5 } });
  });

  it('cuts what is not sent yet when the signal of the user aborts', async () => {
    const server = await openFaultServer({ scripts: [[readAll, reply(200)]] });
    const controller = new AbortController();
    const exporter = openExporter({ url: server.url, signal: controller.signal });
    endAll(openProcessor(exporter), makeSpans(5));

    controller.abort(new Error('enough'));
    await exporter.shutdown();

    expect(exporter.stats()).toMatchObject({ droppedByReason: { aborted: 5 }, buffered: 0 });
    expect(server.requests).toBe(0);
  });
});
