import { setImmediate } from 'node:timers/promises';
import { BatchSpanProcessor, SimpleSpanProcessor } from '@opentelemetry/sdk-trace-base';
import { describe, expect, it, vi } from 'vitest';
import { captureDiag } from '../support/diag-log.js';
import { openExporter } from '../support/exporters.js';
import { openFaultServer } from '../support/fault-server.js';
import { ACCEPT, answer } from '../support/fault-steps.js';
import { openGate } from '../support/gate.js';
import { openPipeline } from '../support/pipelines.js';
import { makeSpan } from '../support/spans.js';
import { lateProcessor } from './late-processor.js';

captureDiag();

describe('forceFlush of a ForkSafeSpanProcessor that the Agent asks to come back later', () => {
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
    const server = await openFaultServer({ scripts: [ACCEPT] });
    const { processor, record } = openPipeline(openExporter({ url: server.url }), {
      createProcessor: (to) =>
        new BatchSpanProcessor(to, { maxQueueSize: 10, maxExportBatchSize: 10 }),
    });
    record(100);
    await processor.forceFlush();
    server.play(answer(503, { headers }));
    record(1);
    const wait = new AbortController();

    const onDeferred = (): void => wait.abort();

    await expect(processor.forceFlush({ signal: wait.signal, onDeferred })).rejects.toMatchObject({
      kind: 'aborted',
    });
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

  it('does not say so once it has rejected', async () => {
    const headers = ['Retry-After: 5'];
    const server = await openFaultServer({ scripts: [answer(503, { headers })] });
    const exporter = openExporter({ url: server.url });
    const flushed = openGate();
    const { processor, record } = openPipeline(exporter, {
      createProcessor: (to) => lateProcessor(to, flushed.pass),
    });
    record(3);
    const onDeferred = vi.fn<() => void>();

    const flush = processor.forceFlush({ timeoutMillis: 20, onDeferred });
    await expect(flush).rejects.toMatchObject({ kind: 'timeout' });
    flushed.open(); // the exporter is flushed once more
    await setImmediate();
    const hears = (deferred: () => void) => exporter.forceFlush({ onDeferred: deferred });
    await new Promise<void>((resolve) => void hears(resolve).catch(() => undefined));

    expect(onDeferred).not.toHaveBeenCalled();
  });
});
