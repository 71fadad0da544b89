import { resourceFromAttributes } from '@opentelemetry/resources';
import { BatchSpanProcessor, SimpleSpanProcessor } from '@opentelemetry/sdk-trace-base';
import { describe, expect, it, vi } from 'vitest';
import type { ReadableSpan, Resource, SpanExporter, SpanProcessor } from '../../src/index.js';
import { captureDiag } from '../support/diag-log.js';
import { openExporter } from '../support/exporters.js';
import { openFaultServer } from '../support/fault-server.js';
import { ACCEPT, answer, readAll, reply, stall } from '../support/fault-steps.js';
import { openGate } from '../support/gate.js';
import { holdReply } from '../support/held-reply.js';
import { bareProcessor, openPipeline } from '../support/pipelines.js';
import { refusedUrl } from '../support/raw-server.js';
import { openScriptedAgent } from '../support/scripted-agent.js';
import { makeSpan } from '../support/spans.js';
import { until } from '../support/until.js';

captureDiag();

/** Hands over one turn of the event loop after it was told to flush, and settles at once with `result`. */
function lateProcessor(exporter: SpanExporter, result: () => Promise<void>): SpanProcessor {
  const spans: ReadableSpan[] = [];
  return bareProcessor({
    onEnd: (span) => void spans.push(span),
    forceFlush: async () => {
      await new Promise((resolve) => setImmediate(resolve));
      exporter.export(spans.splice(0), () => undefined);
      await result();
    },
  });
}

describe('forceFlush of a ForkSafeSpanProcessor', () => {
  it('waits for a batch that was already on its way', async () => {
    const agent = await openScriptedAgent();
    const held = holdReply();
    agent.answer(held.reply);
    const exporter = openExporter({ url: agent.url });
    const { processor, record } = openPipeline(exporter, {
      createProcessor: (to) => new BatchSpanProcessor(to, { maxExportBatchSize: 2 }),
    });
    record(2);
    await agent.waitForRequests(1);
    let isFlushed = false;

    const flush = processor.forceFlush().then(() => {
      isFlushed = true;
    });
    await new Promise((resolve) => setImmediate(resolve));
    expect(isFlushed).toBe(false);
    held.release();
    await flush;

    expect(exporter.stats()).toMatchObject({ exported: 2, inFlight: 0 });
  });

  it('hurries what backs off, and rejects once for what is lost', async () => {
    const exporter = openExporter({ url: await refusedUrl() });
    const { processor, record } = openPipeline(exporter);
    record(513);

    await expect(processor.forceFlush()).rejects.toMatchObject({
      name: 'DatadogExportError',
      kind: 'connect',
      lostSpans: 513,
      attempts: 4, // two for each of two batches, of five without the hurry
    });
  });

  it('waits for what is handed over late', async () => {
    const agent = await openScriptedAgent();
    const exporter = openExporter({ url: agent.url });
    const { processor, record } = openPipeline(exporter, {
      createProcessor: (to) => lateProcessor(to, () => Promise.resolve()),
    });
    record(3);

    await processor.forceFlush();

    expect(exporter.stats()).toMatchObject({ received: 3, exported: 3 });
  });

  it('drains the exporter also when the inner processor fails', async () => {
    const agent = await openScriptedAgent();
    const exporter = openExporter({ url: agent.url });
    const failure = new Error('inner');
    const { processor, record } = openPipeline(exporter, {
      createProcessor: (to) => lateProcessor(to, () => Promise.reject(failure)),
    });
    record(3);

    await expect(processor.forceFlush()).rejects.toBe(failure);

    expect(exporter.stats()).toMatchObject({ exported: 3 });
  });

  it('says both when both fail', async () => {
    const exporter = openExporter({ url: await refusedUrl() });
    const { processor, record } = openPipeline(exporter, {
      createProcessor: (to) => lateProcessor(to, () => Promise.reject(new Error('inner'))),
    });
    record(3);

    await expect(processor.forceFlush()).rejects.toMatchObject({
      name: 'AggregateError',
      errors: [{ message: 'inner' }, { kind: 'connect', lostSpans: 3 }],
    });
  });

  it('waits for resource attributes', async () => {
    const agent = await openScriptedAgent();
    let detect: (value: string) => void = () => undefined;
    const detected = new Promise<string>((resolve) => {
      detect = resolve;
    });
    const { processor, record } = openPipeline(openExporter({ url: agent.url }), {
      resource: resourceFromAttributes({ 'service.name': detected }),
    });
    record(2);

    const flush = processor.forceFlush();
    detect('late-shop');
    await flush;

    expect(agent.spans.map(({ service }) => service)).toEqual(['late-shop', 'late-shop']);
  });

  it('rejects for what was lost while it waited for resource attributes', async () => {
    const server = await openFaultServer({ scripts: [answer(400), ACCEPT] });
    const exporter = openExporter({ url: server.url });
    let isComplete: () => void = () => undefined;
    const complete = new Promise<void>((resolve) => {
      isComplete = resolve;
    });
    const attributes = { 'service.name': 'shop' };
    const late: Resource = {
      attributes,
      asyncAttributesPending: true,
      waitForAsyncAttributes: () => complete,
    };
    const { processor } = openPipeline(exporter, {
      createProcessor: (to) => new SimpleSpanProcessor(to),
    });
    processor.onEnd(makeSpan());
    processor.onEnd(makeSpan({ resource: late }));

    const flush = processor.forceFlush();
    await until('the loss', () => exporter.stats().dropped === 1);
    isComplete();

    await expect(flush).rejects.toMatchObject({ kind: 'rejected', lostSpans: 1 });
  });

  it('makes up for no flush that was given up while it waited for resource attributes', async () => {
    const gate = openGate();
    const resource: Resource = {
      attributes: {},
      asyncAttributesPending: true,
      waitForAsyncAttributes: gate.pass,
    };
    const forceFlush = vi.fn<() => Promise<void>>(() => Promise.resolve());
    const createProcessor = (): SpanProcessor => bareProcessor({ forceFlush });
    const { processor } = openPipeline(openExporter({}), { createProcessor });
    processor.onEnd(makeSpan({ resource }));
    const giveUp = processor.forceFlush({ timeoutMillis: 0 });
    await expect(giveUp).rejects.toMatchObject({ kind: 'timeout' });
    const flush = processor.forceFlush();

    gate.open();
    await flush;

    expect(forceFlush).toHaveBeenCalledOnce();
  });

  it('ends at its own limits while the exports go on', async () => {
    const gate = openGate();
    const server = await openFaultServer({
      scripts: [[readAll, gate.pass, reply(200)], ACCEPT],
    });
    const exporter = openExporter({ url: server.url });
    const { processor, record } = openPipeline(exporter);
    record(1);
    const cause = new Error('enough');

    await expect(processor.forceFlush({ timeoutMillis: 50 })).rejects.toMatchObject({
      kind: 'timeout',
      lostSpans: 0,
      message: 'forceFlush ended after 50 ms; the exports go on',
    });
    await expect(processor.forceFlush({ signal: AbortSignal.abort(cause) })).rejects.toMatchObject({
      kind: 'aborted',
      cause,
    });

    gate.open();
    await until('the export', () => exporter.stats().exported === 1);
  });

  it('says that all that is left is deferred by the Agent', async () => {
    const headers = ['Retry-After: 5'];
    const server = await openFaultServer({ scripts: [answer(503, { headers })] });
    const { processor, record } = openPipeline(openExporter({ url: server.url }));
    record(3);
    const wait = new AbortController();

    const onDeferred = (): void => wait.abort();

    await expect(processor.forceFlush({ signal: wait.signal, onDeferred })).rejects.toMatchObject({
      kind: 'aborted',
      lostSpans: 0,
    });
  });

  it('says so although its inner processor has refused a span', async () => {
    const headers = ['Retry-After: 5'];
    const server = await openFaultServer({ scripts: [answer(503, { headers })] });
    const { processor, record } = openPipeline(openExporter({ url: server.url }), {
      createProcessor: (to) => {
        const inner = new SimpleSpanProcessor(to);
        const refuse = vi.spyOn(inner, 'onEnd').mockImplementation(() => {
          refuse.mockRestore();
          throw new Error('refused');
        });
        return inner;
      },
    });
    record(2);
    const wait = new AbortController();

    const onDeferred = (): void => wait.abort();

    await expect(processor.forceFlush({ signal: wait.signal, onDeferred })).rejects.toMatchObject({
      kind: 'aborted',
    });
  });

  it('says so although its inner processor dropped spans before the last flush', async () => {
    const headers = ['Retry-After: 5'];
    const server = await openFaultServer({ scripts: [ACCEPT, answer(503, { headers })] });
    const { processor, record } = openPipeline(openExporter({ url: server.url }), {
      createProcessor: (to) =>
        new BatchSpanProcessor(to, { maxQueueSize: 10, maxExportBatchSize: 10 }),
    });
    record(100);
    await processor.forceFlush();
    record(1);
    const wait = new AbortController();

    const onDeferred = (): void => wait.abort();

    await expect(processor.forceFlush({ signal: wait.signal, onDeferred })).rejects.toMatchObject({
      kind: 'aborted',
    });
  });

  it('rejects for no span that ended after the call', async () => {
    const gate = openGate();
    const server = await openFaultServer({
      scripts: [[readAll, gate.pass, reply(200)], answer(400)],
    });
    const exporter = openExporter({ url: server.url });
    const { processor, record } = openPipeline(exporter, {
      createProcessor: (to) => new SimpleSpanProcessor(to),
    });
    record(1);

    const flush = processor.forceFlush();
    record(1);
    await until('the loss', () => exporter.stats().dropped === 1);
    gate.open();

    await expect(flush).resolves.toBeUndefined();
  });

  it('does not say so before all is handed over', async () => {
    const headers = ['Retry-After: 5'];
    const server = await openFaultServer({ scripts: [answer(503, { headers })] });
    const exporter = openExporter({ url: server.url });
    const { processor, record } = openPipeline(exporter, {
      createProcessor: (to) => lateProcessor(to, () => Promise.resolve()),
    });
    exporter.export([makeSpan()], () => undefined);
    const hears = (received: () => void) => exporter.forceFlush({ onDeferred: received });
    await new Promise<void>((resolve) => void hears(resolve).catch(() => undefined));
    record(3);
    const wait = new AbortController();
    const received: number[] = [];

    const onDeferred = (): void => {
      received.push(exporter.stats().received);
      wait.abort();
    };

    await expect(processor.forceFlush({ signal: wait.signal, onDeferred })).rejects.toMatchObject({
      kind: 'aborted',
    });
    expect(received).toEqual([4]);
  });

  it('ends although the inner processor never does', async () => {
    const { processor } = openPipeline(openExporter({}), {
      createProcessor: () => bareProcessor({ forceFlush: () => new Promise(() => undefined) }),
    });

    await expect(processor.forceFlush({ timeoutMillis: 20 })).rejects.toMatchObject({
      kind: 'timeout',
    });
  });

  it('rejects wrong arguments', async () => {
    const { processor } = openPipeline(openExporter({}));

    await expect(processor.forceFlush({ timeoutMillis: -1 })).rejects.toThrow(RangeError);
    const flush: unknown = Reflect.apply(Reflect.get(processor, 'forceFlush'), processor, [null]);
    await expect(flush).rejects.toThrow('Expected `options` to be an object, got `null` (null)');
  });

  it('settles with the shutdown once that has begun', async () => {
    const server = await openFaultServer({ scripts: [[readAll, stall]] });
    const { processor, record } = openPipeline(openExporter({ url: server.url }));
    record(1);

    const shutdown = processor.shutdown({ graceMillis: 50 });

    await expect(processor.forceFlush()).rejects.toMatchObject({ kind: 'shutdown', lostSpans: 1 });
    await shutdown;
    await expect(processor.forceFlush()).resolves.toBeUndefined();
  });
});
