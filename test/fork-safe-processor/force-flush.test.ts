import { resourceFromAttributes } from '@opentelemetry/resources';
import { BatchSpanProcessor, SimpleSpanProcessor } from '@opentelemetry/sdk-trace-base';
import { describe, expect, it, vi } from 'vitest';
import type { ForkSafeSpanProcessor, Resource, SpanProcessor } from '../../src/index.js';
import { captureDiag } from '../support/diag-log.js';
import { openExporter } from '../support/exporters.js';
import { openFaultServer } from '../support/fault-server.js';
import { ACCEPT, answer, readAll, reply } from '../support/fault-steps.js';
import { type Gate, openGate } from '../support/gate.js';
import { holdReply } from '../support/held-reply.js';
import { bareProcessor, openPipeline } from '../support/pipelines.js';
import { refusedUrl } from '../support/raw-server.js';
import { openScriptedAgent } from '../support/scripted-agent.js';
import { makeSpan, NEVER_READY, SPAN_ID, TRACE_ID } from '../support/spans.js';
import { until } from '../support/until.js';
import { lateProcessor } from './late-processor.js';

captureDiag();

/** A processor that has a span whose attributes come when the gate is open, and the flush of the one inside. */
function openHeldBack(): {
  gate: Gate;
  processor: ForkSafeSpanProcessor;
  forceFlush: () => Promise<void>;
} {
  const gate = openGate();
  const resource = {
    attributes: {},
    asyncAttributesPending: true,
    waitForAsyncAttributes: gate.pass,
  };
  const forceFlush = vi.fn<() => Promise<void>>(() => Promise.resolve());
  const createProcessor = (): SpanProcessor => bareProcessor({ forceFlush });
  const { processor } = openPipeline(openExporter({}), { createProcessor });
  processor.onEnd(makeSpan({ resource }));
  return { gate, processor, forceFlush };
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

  it.each([10, 300])(
    'counts each of %i failed exports once if the inner processor flushes the exporter, too',
    async (spans) => {
      const exporter = openExporter({ url: await refusedUrl(), maxRetries: 0 });
      const { processor, record } = openPipeline(exporter, {
        createProcessor: (to) => new SimpleSpanProcessor(to),
      });
      record(spans);

      await expect(processor.forceFlush()).rejects.toMatchObject({
        kind: 'connect',
        lostSpans: spans,
        attempts: spans,
      });
    },
  );

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
    const { gate, processor, forceFlush } = openHeldBack();
    const giveUp = processor.forceFlush({ timeoutMillis: 0 });
    await expect(giveUp).rejects.toMatchObject({ kind: 'timeout' });
    const flush = processor.forceFlush();

    gate.open();
    await flush;

    expect(forceFlush).toHaveBeenCalledOnce();
  });

  it('does not wait for resource attributes of spans that nobody holds', async () => {
    const agent = await openScriptedAgent();
    const exporter = openExporter({ url: agent.url });
    const { processor } = openPipeline(exporter);
    const unsampled = { traceId: TRACE_ID, spanId: SPAN_ID, traceFlags: 0 };
    processor.onEnd(makeSpan({ resource: NEVER_READY, spanContext: () => unsampled }));

    await processor.forceFlush();

    expect(exporter.stats()).toMatchObject({ received: 0 });
  });

  it('does not begin what was called off in the turn in which the attributes came', async () => {
    const { gate, processor, forceFlush } = openHeldBack();
    const caller = new AbortController();
    const flush = processor.forceFlush({ signal: caller.signal });

    gate.open();
    for (let tick = 0; tick < 10; tick++) await Promise.resolve();
    caller.abort();

    await expect(flush).rejects.toMatchObject({ kind: 'aborted' });
    for (let turn = 0; turn < 3; turn++) await new Promise((resolve) => setImmediate(resolve));
    expect(forceFlush).not.toHaveBeenCalled();
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

  it('waits for no span that ended after the call, nor rejects for it', async () => {
    const [first, second] = [openGate(), openGate()];
    const server = await openFaultServer({
      scripts: [
        [readAll, first.pass, reply(200)],
        [readAll, second.pass, reply(400)],
      ],
    });
    const exporter = openExporter({ url: server.url });
    const { processor, record } = openPipeline(exporter, {
      createProcessor: (to) => new BatchSpanProcessor(to, { maxExportBatchSize: 2 }),
    });
    record(1);

    const flush = processor.forceFlush();
    await until('the first request', () => server.requests === 1);
    record(2);
    await until('the second request', () => server.requests === 2);
    first.open();

    await expect(flush).resolves.toBeUndefined();
    second.open();
    await until('the loss', () => exporter.stats().dropped === 2);
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

    await expect(processor.forceFlush({ timeoutMillis: NaN })).rejects.toThrow(RangeError);
    const flushWith = (options: unknown): unknown =>
      Reflect.apply(Reflect.get(processor, 'forceFlush'), processor, [options]);
    const notAnObject = 'Expected `options` to be an object, got `null` (null)';
    await expect(flushWith(null)).rejects.toThrow(notAnObject);
    const notAFunction = 'Expected `onDeferred` to be a function';
    await expect(flushWith({ onDeferred: 5 })).rejects.toThrow(notAFunction);
  });
});
