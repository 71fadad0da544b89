import { getEventListeners } from 'node:events';
import { afterEach, describe, expect, it } from 'vitest';
import { afterForkInChild } from '../../src/fork.js';
import { DatadogSpanExporter } from '../../src/index.js';
import { openExporter } from '../support/exporters.js';
import { exportSpans } from '../support/exports.js';
import { openFaultServer } from '../support/fault-server.js';
import { ACCEPT, readAll, reply, stall } from '../support/fault-steps.js';
import { openScriptedAgent } from '../support/scripted-agent.js';
import { makeSpan, makeSpans } from '../support/spans.js';
import { until } from '../support/until.js';

const CLEAN = { ...process.env };
afterEach(() => {
  for (const name of ['DD_SERVICE', 'DD_TRACE_AGENT_URL']) {
    if (CLEAN[name] === undefined) delete process.env[name];
    else process.env[name] = CLEAN[name];
  }
});

const ZERO = { received: 0, exported: 0, dropped: 0, buffered: 0, inFlight: 0 };

describe('an exporter whose heap was duplicated', () => {
  it('leaves behind what was on its way, and sends what comes', async () => {
    const server = await openFaultServer({ scripts: [[readAll, stall], ACCEPT] });
    const exporter = openExporter({ url: server.url, maxConnections: 1 });
    const inherited = [1, 2, 3].map(() => exportSpans(exporter, makeSpans(2)));
    await until('the first request', () => server.requests === 1);

    afterForkInChild();

    expect(await Promise.all(inherited)).toEqual([{ code: 0 }, { code: 0 }, { code: 0 }]);
    expect(exporter.stats()).toMatchObject({ ...ZERO, inherited: 6 });
    expect(await exportSpans(exporter, makeSpans(5))).toEqual({ code: 0 });
    expect(exporter.stats()).toMatchObject({ received: 5, exported: 5, inherited: 6 });
    // One before, and one since: those that were queued are not sent.
    expect(server.requests).toBe(2);
    expect(server.open).toBe(2); // the inherited one was not touched
  });

  it('tries nothing again that had failed before', async () => {
    const body = '{"rate_by_service":{"service:,env:":0.5}}';
    const server = await openFaultServer({ scripts: [[readAll, reply(503, { body })], ACCEPT] });
    const exporter = openExporter({ url: server.url });
    const inherited = exportSpans(exporter, makeSpans(2));
    await until('the answer', () => Object.keys(exporter.sampleRates).length > 0);

    afterForkInChild();

    expect(await inherited).toEqual({ code: 0 });
    await exportSpans(exporter, [makeSpan()]);
    await exporter.forceFlush();
    expect(server.requests).toBe(2);
    expect(server.spans).toHaveLength(3);
  });

  it('does not send what it had not encoded yet', async () => {
    const agent = await openScriptedAgent();
    const exporter = openExporter({ url: agent.url });
    const inherited = exportSpans(exporter, makeSpans(20_000));

    afterForkInChild();

    expect(await inherited).toEqual({ code: 0 });
    expect(await exportSpans(exporter, [makeSpan({ name: 'own' })])).toEqual({ code: 0 });
    expect(agent.spans.map(({ resource }) => resource)).toEqual(['own']);
    expect(exporter.stats()).toMatchObject({ received: 1, exported: 1, inherited: 20_000 });
  });

  it('reads the environment again, but keeps what was said in code', async () => {
    const [first, second] = [await openScriptedAgent(), await openScriptedAgent()];
    process.env['DD_TRACE_AGENT_URL'] = first.url;
    process.env['DD_SERVICE'] = 'before';
    const exporter = openExporter({ env: 'prod' });
    const span = (): ReturnType<typeof makeSpan> => makeSpan({ resource: { attributes: {} } });
    await exportSpans(exporter, [span()]);

    process.env['DD_TRACE_AGENT_URL'] = second.url;
    process.env['DD_SERVICE'] = 'after';
    afterForkInChild();
    await exportSpans(exporter, [span()]);

    const [before, after] = [first.spans[0], second.spans[0]];
    expect([before?.service, after?.service]).toEqual(['before', 'after']);
    expect(after?.meta['env']).toBe('prod');
    expect(after?.meta['runtime-id']).toMatch(/^[0-9a-f-]{36}$/);
    expect(after?.meta['runtime-id']).not.toBe(before?.meta['runtime-id']);
  });

  it('keeps to what was said in code when it was made, whatever became of the objects', async () => {
    const [agent, other] = [await openScriptedAgent(), await openScriptedAgent()];
    const options = {
      url: agent.url,
      service: 'first',
      tags: { team: 'a', version: '1' },
      headers: { 'x-api': 'a' },
    };
    const exporter = openExporter(options);

    Object.assign(options.tags, { team: 'b', version: '2', more: 'b' });
    Object.assign(options.headers, { 'x-api': 'b', host: 'not allowed' });
    Object.assign(options, { url: other.url, service: 7, timeoutMillis: -1 });
    afterForkInChild();
    await exportSpans(exporter, [makeSpan({ resource: { attributes: {} } })]);

    expect(agent.requests.map(({ headers }) => headers['x-api'])).toEqual(['a']);
    const [span] = agent.spans;
    expect(span).toMatchObject({ service: 'first', meta: { team: 'a', version: '1' } });
    expect(span?.meta).not.toHaveProperty('more');
  });

  it('keeps the sampling rates, but asks for them anew', async () => {
    const agent = await openScriptedAgent();
    const exporter = openExporter({ url: agent.url });
    await exportSpans(exporter, [makeSpan()]);
    const rates = exporter.sampleRates;
    expect(Object.keys(rates).length).toBeGreaterThan(0);

    afterForkInChild();

    expect(exporter.sampleRates).toEqual(rates);
    await exportSpans(exporter, [makeSpan()]);
    expect(agent.requests.map(({ headers }) => headers['datadog-rates-payload-version'])).toEqual([
      '0',
      '0',
    ]);
  });

  it('stays ended, and ends a shutdown that was under way', async () => {
    const server = await openFaultServer({ scripts: [[readAll, stall]] });
    const exporter = openExporter({ url: server.url, graceMillis: 60_000 });
    const inherited = exportSpans(exporter, makeSpans(2));
    await until('the request', () => server.requests === 1);
    const ending = exporter.shutdown();

    afterForkInChild();

    await ending;
    expect(await inherited).toEqual({ code: 0 });
    const { error } = await exportSpans(exporter, makeSpans(1));
    expect(error).toMatchObject({ kind: 'shutdown', lostSpans: 1 });
  });

  it('listens no more to the signal for what was under way', async () => {
    const server = await openFaultServer({ scripts: [[readAll, stall]] });
    const life = new AbortController();
    const exporter = openExporter({ url: server.url, signal: life.signal });
    const inherited = exportSpans(exporter, makeSpans(2));
    await until('the request', () => server.requests === 1);
    expect(getEventListeners(life.signal, 'abort')).toHaveLength(1);

    afterForkInChild();

    expect(getEventListeners(life.signal, 'abort')).toEqual([]);
    expect(await inherited).toEqual({ code: 0 });
  });

  it('ends a flush that was under way', async () => {
    const server = await openFaultServer({ scripts: [[readAll, stall]] });
    const exporter = openExporter({ url: server.url });
    void exportSpans(exporter, makeSpans(2));
    const flush = exporter.forceFlush();

    afterForkInChild();

    await flush;
    expect(exporter.stats()).toMatchObject({ ...ZERO, inherited: 2 });
  });

  it('has a life in every generation', async () => {
    const agent = await openScriptedAgent();
    const exporter = new DatadogSpanExporter({ url: agent.url });

    for (let generation = 0; generation < 5; generation++) {
      await exportSpans(exporter, makeSpans(3));
      afterForkInChild();
    }

    await exporter.shutdown();
    expect(new Set(agent.spans.map(({ spanId }) => spanId)).size).toBe(15);
    expect(agent.spans).toHaveLength(15);
    expect(new Set(agent.spans.map(({ meta }) => meta['runtime-id'])).size).toBe(5);
  });
});
