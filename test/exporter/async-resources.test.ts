import { setImmediate } from 'node:timers/promises';
import { describe, expect, it, vi } from 'vitest';
import { resourceFromAttributes } from '@opentelemetry/resources';
import { openExporter } from '../support/exporters.js';
import { exportSpans } from '../support/exports.js';
import { openScriptedAgent } from '../support/scripted-agent.js';
import { makeSpan, makeSpans, NEVER_READY } from '../support/spans.js';

describe('H20: spans of a resource whose attributes are still being detected', () => {
  it('are sent with them, and a flush waits for that', async () => {
    const agent = await openScriptedAgent();
    const exporter = openExporter({ url: agent.url });
    let detect: (host: string) => void = () => undefined;
    const host = new Promise<string>((resolve) => {
      detect = resolve;
    });
    const resource = resourceFromAttributes({ 'service.name': 'shop', 'host.name': host });

    const result = exportSpans(exporter, [makeSpan({ resource }), makeSpan({ resource })]);
    const flush = exporter.forceFlush();
    expect(exporter.stats()).toMatchObject({ received: 2, buffered: 2, inFlight: 0 });
    detect('web-1');
    await flush;

    expect(await result).toEqual({ code: 0 });
    expect(agent.spans.map(({ meta }) => meta['host.name'])).toEqual(['web-1', 'web-1']);
    expect(exporter.stats()).toMatchObject({ exported: 2, buffered: 0 });
  });

  it('keep nothing waiting that shuts the exporter down when it is asked for them', async () => {
    const exporter = openExporter({});
    const armed = (): number =>
      process.getActiveResourcesInfo().filter((kind) => kind === 'Timeout').length;
    const before = armed();
    const resource = Object.assign({}, NEVER_READY, {
      waitForAsyncAttributes: () => {
        void exporter.shutdown({ graceMillis: 0 });
        return new Promise<void>(() => undefined);
      },
    });

    const { error } = await exportSpans(exporter, [makeSpan({ resource })]);
    await exporter.shutdown();

    expect(error).toMatchObject({ kind: 'shutdown' });
    expect(armed()).toBe(before);
  });

  it('are sent without them when detection fails', async () => {
    const agent = await openScriptedAgent();
    const exporter = openExporter({ url: agent.url });
    const resource = {
      ...NEVER_READY,
      waitForAsyncAttributes: () => Promise.reject(new Error('no metadata service')),
    };

    expect(await exportSpans(exporter, [makeSpan({ resource })])).toEqual({ code: 0 });
    expect(agent.spans.map(({ service }) => service)).toEqual(['never']);
  });

  it.each([
    [10_000, 3_000],
    [800, 400],
  ])('wait at most 3 s, or half of the time: of %i ms %i', (timeoutMillis, expected) => {
    const now = Math.floor(performance.now());
    vi.spyOn(performance, 'now').mockReturnValue(now); // what passes meanwhile would be missing from the delays
    const timers = vi.spyOn(globalThis, 'setTimeout');
    const exporter = openExporter({ timeoutMillis });

    exporter.export([makeSpan({ resource: NEVER_READY })], () => undefined);

    const delays = timers.mock.calls.map(([, delayMillis]) => Number(delayMillis));
    vi.restoreAllMocks();
    expect(delays.toSorted((one, other) => one - other)).toEqual([expected, timeoutMillis]);
  });

  it('are sent without them when detection takes too long', async () => {
    const agent = await openScriptedAgent();
    const exporter = openExporter({ url: agent.url, timeoutMillis: 4_000 });

    expect(await exportSpans(exporter, [makeSpan({ resource: NEVER_READY })])).toEqual({ code: 0 });
  });

  it('stay behind if the time of a flush is up before', async () => {
    const agent = await openScriptedAgent();
    const exporter = openExporter({ url: agent.url });
    let detect = (): void => undefined;
    const detection = new Promise<void>((resolve) => {
      detect = resolve;
    });
    const resource = { ...NEVER_READY, waitForAsyncAttributes: () => detection };
    const result = exportSpans(exporter, [makeSpan({ resource })]);

    const flush = exporter.forceFlush({ timeoutMillis: 50 });
    await expect(flush).rejects.toMatchObject({ kind: 'timeout', lostSpans: 0 });
    expect(exporter.stats()).toMatchObject({ buffered: 1, dropped: 0 });
    detect();

    expect(await result).toEqual({ code: 0 });
  });

  it('are dropped by a shutdown without grace', async () => {
    const agent = await openScriptedAgent();
    const exporter = openExporter({ url: agent.url });
    const result = exportSpans(exporter, [makeSpan({ resource: NEVER_READY })]);

    await exporter.shutdown({ graceMillis: 0 });

    expect(await result).toMatchObject({ error: { kind: 'shutdown', attempts: 0 } });
    expect(exporter.stats()).toMatchObject({ buffered: 0, droppedByReason: { shutdown: 1 } });
    expect(agent.requests).toEqual([]);
  });

  it('make room for others when they are sent', async () => {
    const agent = await openScriptedAgent();
    const exporter = openExporter({ url: agent.url, timeoutMillis: 60_000 });

    for (let round = 0; round < 3; round++) {
      const spans = makeSpans(4_000, {
        resource: { ...NEVER_READY, waitForAsyncAttributes: () => setImmediate() },
      });
      expect(await exportSpans(exporter, spans)).toEqual({ code: 0 });
    }

    expect(agent.spans).toHaveLength(12_000);
  });

  it('count as pending while they wait', async () => {
    const agent = await openScriptedAgent();
    const exporter = openExporter({ url: agent.url, maxPendingBytes: 64 * 1_024 });
    void exportSpans(exporter, makeSpans(200, { resource: NEVER_READY }));

    const { error } = await exportSpans(exporter, makeSpans(1));

    expect(error).toMatchObject({ kind: 'queue_full', lostSpans: 1 });
  });

  it('are refused when too many of them wait', async () => {
    const agent = await openScriptedAgent();
    const exporter = openExporter({ url: agent.url });
    void exportSpans(exporter, makeSpans(4_000, { resource: NEVER_READY }));
    await setImmediate(); // so many spans are looked at in one turn
    void exportSpans(exporter, makeSpans(4_000, { resource: NEVER_READY }));
    await setImmediate();

    const { error } = await exportSpans(exporter, makeSpans(200, { resource: NEVER_READY }));

    expect(error).toMatchObject({ kind: 'queue_full', lostSpans: 200 });
    expect(error?.message).toContain('no room among the 8192 spans that may wait');
  });
});
