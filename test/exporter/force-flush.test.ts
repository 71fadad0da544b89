import { getEventListeners } from 'node:events';
import { describe, expect, it } from 'vitest';
import type { ForceFlushOptions } from '../../src/index.js';
import { openExporter } from '../support/exporters.js';
import { exportSpans } from '../support/exports.js';
import { holdReply } from '../support/held-reply.js';
import { openRawServer } from '../support/raw-server.js';
import { openScriptedAgent } from '../support/scripted-agent.js';
import { makeSpan, makeSpans } from '../support/spans.js';
import { until } from '../support/until.js';

describe('forceFlush', () => {
  it('waits for what is under way', async () => {
    const agent = await openScriptedAgent();
    const held = holdReply();
    agent.answer(held.reply);
    const exporter = openExporter({ url: agent.url });
    void exportSpans(exporter, makeSpans(2));
    await agent.waitForRequests(1);
    let isFlushed = false;
    const flush = exporter.forceFlush().then(() => {
      isFlushed = true;
    });

    expect(exporter.stats()).toMatchObject({ inFlight: 2 });
    expect(isFlushed).toBe(false);
    held.release();
    await flush;

    expect(exporter.stats()).toMatchObject({ exported: 2, inFlight: 0 });
  });

  it('does not wait for what comes after it', async () => {
    const agent = await openScriptedAgent();
    const held = holdReply();
    agent.answer({}, held.reply);
    const exporter = openExporter({ url: agent.url });
    void exportSpans(exporter, makeSpans(1));

    const flush = exporter.forceFlush();
    const later = exportSpans(exporter, makeSpans(1));
    await flush;

    expect(exporter.stats()).toMatchObject({ exported: 1, inFlight: 1 });
    held.release();
    expect(await later).toEqual({ code: 0 });
  });

  it('resolves at once when nothing is under way, also a thousand times', async () => {
    const agent = await openScriptedAgent();
    const exporter = openExporter({ url: agent.url });

    const flushes = Array.from({ length: 1_000 }, () => exporter.forceFlush());
    await expect(Promise.all(flushes)).resolves.toHaveLength(1_000);

    await exporter.shutdown();
    await expect(exporter.forceFlush()).resolves.toBeUndefined();
  });

  it('rejects with what was lost of the spans it covers, and not for others', async () => {
    const agent = await openScriptedAgent();
    const exporter = openExporter({ url: agent.url });
    agent.answer({ status: 400 });
    await exportSpans(exporter, makeSpans(1));
    await expect(exporter.forceFlush()).resolves.toBeUndefined();

    agent.answer({ status: 400 }, { status: 404 });
    void exportSpans(exporter, makeSpans(2));
    void exportSpans(exporter, makeSpans(3));

    await expect(exporter.forceFlush()).rejects.toMatchObject({
      kind: 'rejected',
      lostSpans: 5,
      attempts: 2,
    });
  });

  it('ends with its own time limit and leaves the exports alone', async () => {
    const agent = await openScriptedAgent();
    const held = holdReply();
    agent.answer(held.reply);
    const exporter = openExporter({ url: agent.url });
    const result = exportSpans(exporter, makeSpans(1));

    await expect(exporter.forceFlush({ timeoutMillis: 20 })).rejects.toMatchObject({
      kind: 'timeout',
      lostSpans: 0,
      message: 'forceFlush ended after 20 ms; the exports go on',
    });
    held.release();

    expect(await result).toEqual({ code: 0 });
  });

  it('ends with its signal and leaves no listener on it', async () => {
    const server = await openRawServer((socket) => socket.resume());
    const exporter = openExporter({ url: server.url });
    void exportSpans(exporter, makeSpans(1));
    const controller = new AbortController();

    const flush = exporter.forceFlush({ signal: controller.signal });
    controller.abort(new Error('no time'));

    await expect(flush).rejects.toMatchObject({ kind: 'aborted', cause: { message: 'no time' } });
    expect(getEventListeners(controller.signal, 'abort')).toEqual([]);
    expect(exporter.stats()).toMatchObject({ inFlight: 1 });
  });

  it('says when all that is left waits for the Agent, and goes on waiting itself', async () => {
    const agent = await openScriptedAgent();
    const held = holdReply();
    agent.answer({ status: 429, headers: { 'Retry-After': '1' } }, held.reply);
    const exporter = openExporter({ url: agent.url, maxConnections: 2 });
    const calls: unknown[] = [];
    const onDeferred = (): void => void calls.push(exporter.stats());
    void exportSpans(exporter, makeSpans(1));
    await until('the answer', () => agent.requests.length === 1);
    void exportSpans(exporter, makeSpans(2));
    await agent.waitForRequests(2);

    const flush = exporter.forceFlush({ onDeferred });
    expect(calls).toEqual([]);
    held.release();
    await until('the call', () => calls.length > 0);

    expect(calls).toMatchObject([{ exported: 2, inFlight: 1 }]);
    await exporter.forceFlush({ onDeferred, timeoutMillis: 0 }).catch(() => undefined);
    expect(calls).toHaveLength(2);
    await flush;
    expect(exporter.stats()).toMatchObject({ exported: 3, inFlight: 0 });
    expect(calls).toHaveLength(2);
  });

  it('says so whatever becomes of what was accepted after it', async () => {
    const agent = await openScriptedAgent();
    const [own, later] = [holdReply(), holdReply()];
    agent.answer(own.reply, later.reply);
    const exporter = openExporter({ url: agent.url, maxConnections: 2 });
    let calls = 0;
    void exportSpans(exporter, makeSpans(1));
    const flush = exporter.forceFlush({ onDeferred: () => calls++ });
    void exportSpans(exporter, makeSpans(2));
    await agent.waitForRequests(2);
    expect(calls).toBe(0);

    own.release({ status: 429, headers: { 'Retry-After': '1' } });
    await until('the call', () => calls === 1);
    expect(exporter.stats()).toMatchObject({ exported: 0, inFlight: 3 });

    later.release();
    await flush;
    expect(calls).toBe(1);
  });

  it('says so when what was not deferred has been answered, though it is of the same export', async () => {
    const agent = await openScriptedAgent();
    const held = holdReply();
    agent.answer({ status: 429, headers: { 'Retry-After': '1' } }, held.reply);
    const exporter = openExporter({ url: agent.url, maxPayloadBytes: 4_096, maxConnections: 2 });
    const attributes = { text: 'x'.repeat(3_000) };
    void exportSpans(exporter, makeSpans(2, { attributes }));
    await agent.waitForRequests(2);
    const calls: unknown[] = [];

    const flush = exporter.forceFlush({ onDeferred: () => calls.push(exporter.stats()) });
    held.release();
    await until('the call', () => calls.length > 0);

    expect(calls).toMatchObject([{ exported: 1, inFlight: 1 }]);
    await flush;
    expect(exporter.stats()).toMatchObject({ exported: 2, inFlight: 0 });
  });

  it.each([
    ['before', [429, 200]],
    ['after', [200, 429]],
  ])('says so of half of a payload that is deferred %s the other is sent', async (_, order) => {
    const agent = await openScriptedAgent();
    const halves = order.map((status) => ({ status, ...holdReply() }));
    agent.answer({ status: 413 }, ...halves.map(({ reply }) => reply));
    const exporter = openExporter({ url: agent.url, maxConnections: 2 });
    const calls: unknown[] = [];
    void exportSpans(exporter, [makeSpan(), makeSpan({ traceId: 'b'.repeat(32) })]);
    await agent.waitForRequests(3);

    const flush = exporter.forceFlush({ onDeferred: () => calls.push(exporter.stats()) });
    for (const { status, ...held } of halves) {
      held.release({ status, headers: status === 429 ? { 'Retry-After': '1' } : {} });
      await new Promise((resolve) => setImmediate(resolve));
    }
    await until('the call', () => calls.length > 0);

    expect(calls).toMatchObject([{ exported: 1, inFlight: 1 }]);
    await flush;
    expect(exporter.stats()).toMatchObject({ exported: 2, inFlight: 0 });
  });

  it('does not say so when nothing is left, and survives what it calls', async () => {
    const agent = await openScriptedAgent();
    const exporter = openExporter({ url: agent.url });
    let calls = 0;
    const onDeferred = (): void => {
      calls++;
      throw new Error('of the user');
    };
    await exporter.forceFlush({ onDeferred });
    expect(calls).toBe(0);

    agent.answer({ status: 503, headers: { 'Retry-After': '1' } });
    void exportSpans(exporter, makeSpans(1));
    await exporter.forceFlush({ onDeferred });

    expect(calls).toBe(1);
    expect(exporter.stats()).toMatchObject({ exported: 1 });
  });

  it('refuses a signal that is none', async () => {
    const exporter = openExporter({ url: 'http://127.0.0.1:1' });
    const options: ForceFlushOptions = {};
    Object.assign(options, { signal: {} });

    await expect(exporter.forceFlush(options)).rejects.toThrow('Expected `signal` to be');
  });

  it.each([60_000.25, 1e12])(
    'takes a limit of %d ms for the nearest that a timer has',
    async (limit) => {
      const exporter = openExporter({ url: (await openScriptedAgent()).url });
      const result = exportSpans(exporter, makeSpans(1));

      await exporter.forceFlush({ timeoutMillis: limit });

      expect(await result).toEqual({ code: 0 });
    },
  );

  it('begins to flush even if its time was up before', async () => {
    const agent = await openScriptedAgent();
    const held = holdReply();
    agent.answer(held.reply);
    const exporter = openExporter({ url: agent.url });
    const result = exportSpans(exporter, makeSpans(1));

    const flush = exporter.forceFlush({ timeoutMillis: -3 });

    await expect(flush).rejects.toMatchObject({ kind: 'timeout', lostSpans: 0 });
    held.release();
    expect(await result).toEqual({ code: 0 });
  });

  it('refuses a time limit that is none', async () => {
    const exporter = openExporter({ url: 'http://127.0.0.1:1' });

    await expect(exporter.forceFlush({ timeoutMillis: NaN })).rejects.toThrow(
      'Expected `timeoutMillis`',
    );
  });
});
