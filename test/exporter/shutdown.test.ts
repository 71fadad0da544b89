import { getEventListeners } from 'node:events';
import { describe, expect, it } from 'vitest';
import { DatadogSpanExporter, type ShutdownOptions } from '../../src/index.js';
import { captureDiag } from '../support/diag-log.js';
import { openExporter } from '../support/exporters.js';
import { exportSpans } from '../support/exports.js';
import { holdReply } from '../support/held-reply.js';
import { openRawServer } from '../support/raw-server.js';
import { openScriptedAgent } from '../support/scripted-agent.js';
import { makeSpans } from '../support/spans.js';
import { until } from '../support/until.js';
import { millisOf } from '../support/wall-time.js';

const lines = captureDiag();

describe('shutdown', () => {
  it('lets what is under way finish within the grace', async () => {
    const agent = await openScriptedAgent();
    const held = holdReply();
    agent.answer(held.reply);
    const exporter = openExporter({ url: agent.url });
    const result = exportSpans(exporter, makeSpans(2));
    await agent.waitForRequests(1);

    const shutdown = exporter.shutdown();
    held.release();
    await shutdown;

    expect(await result).toEqual({ code: 0 });
    expect(agent.spans).toHaveLength(2);
    expect(lines).toEqual([]);
  });

  it('tells of the lost spans that no line has told of', async () => {
    const exporter = openExporter({ url: 'http://127.0.0.1:1', maxRetries: 0 });
    for (const spans of [2, 30, 400]) await exportSpans(exporter, makeSpans(spans));

    await exporter.shutdown();

    expect(lines).toEqual([
      expect.stringMatching(/^Export failed: .*; 2 spans lost$/),
      'PUT http://127.0.0.1:1/v0.4/traces: 430 spans lost of which nothing was logged',
    ]);
  });

  it('cuts what hangs at the end of the grace, says so, and leaves no socket', async () => {
    const server = await openRawServer((socket) => socket.resume());
    const exporter = openExporter({ url: server.url, graceMillis: 50 });
    const results = [exportSpans(exporter, makeSpans(2)), exportSpans(exporter, makeSpans(1))];
    await until('both requests', () => server.open === 2);

    const millis = await millisOf(() => exporter.shutdown());

    expect(millis).toBeLessThan(50 + 100);
    for (const { error } of await Promise.all(results)) {
      expect(error).toMatchObject({ kind: 'shutdown', attempts: 1 });
    }
    expect(exporter.stats()).toMatchObject({ inFlight: 0, droppedByReason: { shutdown: 3 } });
    expect(lines).toEqual([`Shutdown cut 2 exports, PUT ${server.url}/v0.4/traces: 3 spans lost`]);
    await until('all sockets closed', () => server.open === 0);
  });

  it('aborts at once with a grace of 0', async () => {
    const server = await openRawServer((socket) => socket.resume());
    const exporter = openExporter({ url: server.url });
    const result = exportSpans(exporter, makeSpans(1));

    const millis = await millisOf(() => exporter.shutdown({ graceMillis: 0 }));

    expect(millis).toBeLessThan(50);
    expect(await result).toMatchObject({ error: { kind: 'shutdown' } });
  });

  it('never sends what still waited for a connection', async () => {
    let requests = 0;
    const server = await openRawServer((socket) => {
      socket.on('data', (data) => {
        requests += data.toString('latin1').split('PUT /').length - 1;
      });
    });
    const exporter = openExporter({ url: server.url, maxConnections: 1 });
    const results = [1, 2, 3].map((count) => exportSpans(exporter, makeSpans(count)));
    await until('the first request', () => requests === 1);

    await exporter.shutdown({ graceMillis: 0 });

    expect((await Promise.all(results)).map(({ code }) => code)).toEqual([1, 1, 1]);
    await until('the connection is closed', () => server.open === 0);
    expect([server.accepted, requests]).toEqual([1, 1]);
  });

  it('may be called again and at the same time, and a shorter grace wins', async () => {
    const server = await openRawServer((socket) => socket.resume());
    const exporter = openExporter({ url: server.url, graceMillis: 5_000 });
    void exportSpans(exporter, makeSpans(1));

    const millis = await millisOf(async () => {
      await Promise.all([
        exporter.shutdown(),
        exporter.shutdown(),
        exporter.shutdown({ graceMillis: 30 }),
      ]);
      await exporter.shutdown();
    });

    expect(millis).toBeLessThan(30 + 100);
    expect(exporter.stats()).toMatchObject({ droppedByReason: { shutdown: 1 } });
  });

  it.each([Infinity, 2 ** 31])(
    'takes a grace of %d for the longest there is',
    async (graceMillis) => {
      const agent = await openScriptedAgent();
      const held = holdReply();
      agent.answer(held.reply);
      const exporter = openExporter({ url: agent.url });
      const result = exportSpans(exporter, makeSpans(1));
      await agent.waitForRequests(1);

      const shutdown = exporter.shutdown({ graceMillis });
      held.release();
      await shutdown;

      expect(await result).toEqual({ code: 0 });
    },
  );

  it('resolves whatever it is given', async () => {
    const exporter = openExporter({ url: 'http://127.0.0.1:1' });
    const shutdown: unknown = Reflect.apply(Reflect.get(exporter, 'shutdown'), exporter, [null]);
    await shutdown;

    for (const wrong of [
      { graceMillis: NaN },
      { graceMillis: 'x' },
      { graceMillis: 5n },
      { graceMillis: Object.defineProperty(() => undefined, 'name', { value: 5 }) },
      { signal: {} },
      { signal: revoked() },
    ]) {
      const options: ShutdownOptions = {};
      Object.assign(options, wrong);
      const other = openExporter({ url: 'http://127.0.0.1:1' });
      await expect(other.shutdown(options)).resolves.toBeUndefined();
    }
    expect(lines[0]).toContain('Expected `graceMillis` to be a number of milliseconds, got `NaN`');
  });

  it('cuts what hangs after the usual grace, whatever it is given', async () => {
    const server = await openRawServer((socket) => socket.resume());
    const exporter = openExporter({ url: server.url, graceMillis: 30 });
    const result = exportSpans(exporter, makeSpans(1));
    const options: ShutdownOptions = {};
    Object.assign(options, { signal: revoked() });

    await exporter.shutdown(options);

    expect(await result).toMatchObject({ error: { kind: 'shutdown' } });
    expect(lines[0]).toMatch(/^the options of shutdown are ignored: .* revoked/);
  });

  it('names the reason of the signal that cut it', async () => {
    const server = await openRawServer((socket) => socket.resume());
    const exporter = openExporter({ url: server.url });
    const result = exportSpans(exporter, makeSpans(1));
    const controller = new AbortController();

    const shutdown = exporter.shutdown({ signal: controller.signal });
    controller.abort(new Error('SIGTERM'));
    await shutdown;

    expect(await result).toMatchObject({
      error: { kind: 'aborted', cause: { message: 'SIGTERM' } },
    });
    expect(getEventListeners(controller.signal, 'abort')).toEqual([]);
  });

  it('takes no more spans, also while it drains', async () => {
    const server = await openRawServer((socket) => socket.resume());
    const exporter = openExporter({ url: server.url, graceMillis: 30 });
    void exportSpans(exporter, makeSpans(1));
    const calls: string[] = [];

    const shutdown = exporter.shutdown();
    exporter.export(makeSpans(2), ({ error }) => calls.push(error?.message ?? 'success'));
    expect(calls).toEqual([]);
    await shutdown;
    const late = await exportSpans(exporter, makeSpans(4));

    expect(calls).toEqual([expect.stringContaining('the exporter was shut down; 2 spans lost')]);
    expect(late).toMatchObject({ code: 1, error: { kind: 'shutdown', attempts: 0 } });
    expect(exporter.stats()).toMatchObject({ received: 7, dropped: 7, inFlight: 0, buffered: 0 });
  });

  it('closes idle connections', async () => {
    const server = await openRawServer((socket) => {
      socket.on('data', () => socket.write('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}'));
    });
    const exporter = openExporter({ url: server.url });
    await exportSpans(exporter, makeSpans(1));
    expect(server.open).toBe(1);

    await exporter.shutdown();

    // Long before undici would: it closes what was idle for 4 s.
    await until('the socket is closed', () => server.open === 0, 2_000);
  });

  it('is what `await using` does', async () => {
    const agent = await openScriptedAgent();
    const exporter = new DatadogSpanExporter({ url: agent.url });
    void exportSpans(exporter, makeSpans(1));

    await exporter[Symbol.asyncDispose]();

    expect(agent.spans).toHaveLength(1);
    expect(await exportSpans(exporter, makeSpans(1))).toMatchObject({ code: 1 });
  });
});

/** An object that throws whenever it is looked at. */
function revoked(): object {
  const { proxy, revoke } = Proxy.revocable({}, {});
  revoke();
  return proxy;
}
