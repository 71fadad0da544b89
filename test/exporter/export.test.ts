import { describe, expect, it } from 'vitest';
import { DatadogExportError } from '../../src/index.js';
import { loadUndici } from '../../src/transport/load-undici.js';
import { captureDiag } from '../support/diag-log.js';
import { openExporter } from '../support/exporters.js';
import { exportSpans } from '../support/exports.js';
import { holdReply } from '../support/held-reply.js';
import { openRawServer, refusedUrl } from '../support/raw-server.js';
import { openScriptedAgent } from '../support/scripted-agent.js';
import { makeSpan, makeSpans } from '../support/spans.js';
import { millisOf } from '../support/wall-time.js';

const lines = captureDiag();

describe('export', () => {
  it.each(['tcp', 'unix'] as const)(
    'delivers spans over %s and calls back with success',
    async (over) => {
      const agent = await openScriptedAgent(over);
      const exporter = openExporter({ url: agent.url });

      const result = await exportSpans(exporter, makeSpans(3));

      expect(result).toEqual({ code: 0 });
      expect(agent.spans).toHaveLength(3);
      expect(exporter.stats()).toMatchObject({ received: 3, exported: 3, dropped: 0, inFlight: 0 });
    },
  );

  it('calls back once, and never before it returns', async () => {
    const agent = await openScriptedAgent();
    const exporter = openExporter({ url: agent.url });
    const calls: string[] = [];

    exporter.export([], () => calls.push('empty'));
    exporter.export(makeSpans(1), () => calls.push('one'));
    calls.push('returned');
    await exporter.forceFlush();
    await exporter.shutdown();

    expect(calls).toEqual(['returned', 'empty', 'one']);
  });

  it('sends nothing for an empty batch', async () => {
    const agent = await openScriptedAgent();

    expect(await exportSpans(openExporter({ url: agent.url }), [])).toEqual({ code: 0 });
    expect(agent.requests).toEqual([]);
  });

  it('is not troubled by a callback that throws', async () => {
    const agent = await openScriptedAgent();
    const exporter = openExporter({ url: agent.url });

    exporter.export(makeSpans(1), () => {
      throw new Error('from the callback');
    });
    await exporter.forceFlush();

    expect(await exportSpans(exporter, makeSpans(1))).toEqual({ code: 0 });
    expect(lines).toEqual(['the callback of an export threw: from the callback']);
  });

  it('sends the spans as they were when it was called', async () => {
    const agent = await openScriptedAgent();
    const exporter = openExporter({ url: agent.url });
    const attributes = { key: 'before' };
    const batch = [makeSpan({ attributes })];

    const result = exportSpans(exporter, batch);
    attributes.key = 'after';
    batch.length = 0;
    await result;

    expect(agent.spans.map(({ meta }) => meta['key'])).toEqual(['before']);
  });

  it('succeeds with the valid spans and counts the others', async () => {
    const agent = await openScriptedAgent();
    const exporter = openExporter({ url: agent.url });

    const result = await exportSpans(exporter, [
      makeSpan(),
      makeSpan({ traceId: 'nonsense' }),
      makeSpan({ spanId: '0'.repeat(16) }),
    ]);

    expect(result).toEqual({ code: 0 });
    expect(exporter.stats()).toMatchObject({
      received: 3,
      exported: 1,
      droppedByReason: { invalid_id: 2 },
    });
    expect(lines).toEqual([
      '2 spans dropped, each because its trace or span id is malformed or zero',
    ]);
  });
});

describe('a failed export', () => {
  it('says which request was refused and what is lost', async () => {
    const agent = await openScriptedAgent();
    agent.answer({ status: 503 }, { status: 400 });
    const exporter = openExporter({ url: agent.url });

    const { code, error } = await exportSpans(exporter, makeSpans(12));

    expect(code).toBe(1);
    expect(error).toBeInstanceOf(DatadogExportError);
    expect(error).toMatchObject({
      kind: 'rejected',
      code: 'DD_EXPORT_REJECTED',
      status: 400,
      lostSpans: 12,
      attempts: 2,
    });
    expect(error?.message).toBe(
      `Export failed: PUT ${agent.url}/v0.4/traces, 2 attempts: ` +
        'the Agent refused the payload (status 400); 12 spans lost',
    );
    expect(lines).toEqual([error?.message]);
    expect(exporter.stats()).toMatchObject({ exported: 0, droppedByReason: { rejected: 12 } });
  });

  it('names the cause when nobody listens', async () => {
    const exporter = openExporter({ url: await refusedUrl() });

    const { error } = await exportSpans(exporter, makeSpans(1));

    expect(error).toMatchObject({ kind: 'connect', cause: { code: 'ECONNREFUSED' } });
    expect(error?.message).toMatch(
      /no connection to the Agent: connect ECONNREFUSED .*; 1 span lost$/,
    );
  });

  it('does not stop the next one', async () => {
    const agent = await openScriptedAgent();
    agent.answer({ status: 500 });
    const exporter = openExporter({ url: agent.url, maxRetries: 0 });

    expect(await exportSpans(exporter, makeSpans(1))).toMatchObject({ code: 1 });
    expect(await exportSpans(exporter, makeSpans(1))).toMatchObject({ code: 0 });
    expect(exporter.stats()).toMatchObject({ received: 2, exported: 1, dropped: 1 });
  });

  it('ends with its time limit when the Agent hangs', async () => {
    const server = await openRawServer((socket) => socket.resume());
    const exporter = openExporter({ url: server.url, timeoutMillis: 100 });
    const ended = exportSpans(exporter, makeSpans(2));

    const millis = await millisOf(() => ended);

    expect(await ended).toMatchObject({
      error: { kind: 'timeout', lostSpans: 2, attempts: 1 },
    });
    expect(millis).toBeLessThan(1_000); // the next limit is that of an attempt, 3 s
    expect(exporter.stats()).toMatchObject({ inFlight: 0, droppedByReason: { timeout: 2 } });
  });

  it('had no time to be sent if its turn for the connection never came', async () => {
    await loadUndici(undefined); // may take longer than the limit
    const server = await openRawServer((socket) => socket.resume());
    const limits = { timeoutMillis: 100, maxConnections: 1 };
    const exporter = openExporter({ url: server.url, ...limits });

    const ended = await Promise.all([1, 2].map(() => exportSpans(exporter, makeSpans(1))));

    const why = ': not settled within `timeoutMillis` (100 ms); 1 span lost';
    expect(ended.map(({ error }) => error?.message)).toEqual([
      `Export failed: PUT ${server.url}/v0.4/traces, 1 attempt: the Agent did not answer in time${why}`,
      `Export failed: PUT ${server.url}/v0.4/traces, not sent: there was no time to send the spans${why}`,
    ]);
  });

  it('keeps what other payloads of the batch delivered', async () => {
    const agent = await openScriptedAgent();
    agent.answer({ status: 400 });
    const exporter = openExporter({ url: agent.url, maxPayloadBytes: 1_500 });

    const { code, error } = await exportSpans(exporter, makeSpans(12));

    expect(code).toBe(1);
    const { exported, dropped } = exporter.stats();
    expect(exported + dropped).toBe(12);
    expect(error).toMatchObject({ kind: 'rejected', lostSpans: dropped });
    expect(agent.spans).toHaveLength(exported);
    expect(exported).toBeGreaterThan(0);
  });
});

describe('a full queue', () => {
  it('refuses spans at once, counts them, and takes more when there is room', async () => {
    const agent = await openScriptedAgent();
    const held = holdReply();
    agent.answer(held.reply);
    const exporter = openExporter({ url: agent.url, maxPendingBytes: 1_024 });
    const first = exportSpans(exporter, makeSpans(2));

    const { error } = await exportSpans(exporter, makeSpans(5));

    expect(error).toMatchObject({ kind: 'queue_full', lostSpans: 5, attempts: 0 });
    expect(error?.message).toContain(
      'not sent: too much is waiting already: `maxPendingBytes` (1024 bytes) is used up; 5 spans lost',
    );
    expect(exporter.stats()).toMatchObject({ inFlight: 2, droppedByReason: { queue_full: 5 } });
    held.release();
    await first;
    expect(await exportSpans(exporter, makeSpans(1))).toEqual({ code: 0 });
  });

  it('also refuses the payloads of a batch that do not fit', async () => {
    const agent = await openScriptedAgent();
    const exporter = openExporter({
      url: agent.url,
      maxPayloadBytes: 1_500,
      maxPendingBytes: 4_000,
    });

    const { error } = await exportSpans(exporter, makeSpans(30));

    const { exported, dropped, inFlight } = exporter.stats();
    expect(error).toMatchObject({ kind: 'queue_full', lostSpans: dropped });
    expect([exported + dropped, inFlight]).toEqual([30, 0]);
    expect(agent.spans).toHaveLength(exported);
  });
});

describe('sampling rates', () => {
  it('are kept, and the Agent is told which version is known', async () => {
    const agent = await openScriptedAgent();
    const exporter = openExporter({ url: agent.url });

    await exportSpans(exporter, makeSpans(1));
    await exportSpans(exporter, makeSpans(1));

    const versions = agent.requests.map(({ headers }) => headers['datadog-rates-payload-version']);
    expect(versions[0]).toBe('0');
    expect(versions[1]).toMatch(/^[0-9a-f]+-[0-9a-f]+$/);
    expect(exporter.sampleRates).toEqual({ 'service:,env:': 1 });
  });
});
