import { describe, expect, it } from 'vitest';
import type { DatadogSpanExporter, ExportErrorKind, ExportResult } from '../../src/index.js';
import { captureDiag } from '../support/diag-log.js';
import { exportSpans } from '../support/exports.js';
import { openBlackHole } from '../support/black-hole.js';
import { openFaultServer, type Script } from '../support/fault-server.js';
import { ACCEPT, answer, readAll, reply, stall } from '../support/fault-steps.js';
import { openGate } from '../support/gate.js';
import { refusedUrl } from '../support/raw-server.js';
import { makeSpan, makeSpans, NEVER_READY } from '../support/spans.js';
import { until } from '../support/until.js';
import { millisOf } from '../support/wall-time.js';
import { openExporter, SLACK_MILLIS } from './watched-exporter.js';

const lines = captureDiag();

/** Its rates tell that the exporter has read it. */
function unavailable(...headers: readonly string[]): Script {
  return answer(503, { headers, body: '{"rate_by_service":{"read":1}}' });
}

function hasRead({ sampleRates }: DatadogSpanExporter): boolean {
  return sampleRates['read'] === 1;
}

async function urlOf(script: Script): Promise<string> {
  return (await openFaultServer({ scripts: [script] })).url;
}

describe.each(['tcp', 'unix'] as const)('the life cycle over %s', (over) => {
  it('F1: an export after the shutdown fails, later', async () => {
    const server = await openFaultServer({ over, scripts: [ACCEPT] });
    const exporter = openExporter({ url: server.url });
    await exporter.shutdown();
    const results: ExportResult[] = [];

    exporter.export(makeSpans(2), (result) => results.push(result));

    expect(results).toEqual([]);
    await until('the callback', () => results.length > 0);
    expect(results).toMatchObject([{ code: 1, error: { kind: 'shutdown', lostSpans: 2 } }]);
    expect(server.accepted).toBe(0);
  });

  it('F2: all shutdowns end together, and one that comes later at once', async () => {
    const server = await openFaultServer({ over, scripts: [[readAll, stall]] });
    const exporter = openExporter({ url: server.url, graceMillis: 50 });
    const result = exportSpans(exporter, makeSpans(1));

    const millis = await millisOf(() =>
      Promise.all(Array.from({ length: 100 }, () => exporter.shutdown())),
    );

    expect(millis).toBeLessThan(50 + SLACK_MILLIS);
    expect(await result).toMatchObject({ error: { kind: 'shutdown' } });
    expect(await millisOf(() => exporter.shutdown())).toBeLessThan(50);
    await until('no socket', () => server.open === 0);
  });

  it('F3: a thousand flushes at the same time all cover what was accepted before', async () => {
    const server = await openFaultServer({ over, scripts: [ACCEPT] });
    const exporter = openExporter({ url: server.url });
    const results: ExportResult[] = [];
    const flushes: Promise<void>[] = [];
    const covered: number[] = [];

    for (let round = 0; round < 20; round++) {
      exporter.export(makeSpans(1), (result) => results.push(result));
      for (let count = 0; count < 50; count++) {
        const flush = exporter.forceFlush().then(() => void covered.push(results.length - round));
        flushes.push(flush);
      }
    }
    await Promise.all(flushes);

    expect(Math.min(...covered)).toBeGreaterThan(0);
    expect(results).toHaveLength(20);
    expect(server.spans).toHaveLength(20);
  });

  it('F4: what is accepted while a flush drains belongs to the next flush', async () => {
    const gate = openGate();
    const server = await openFaultServer({
      over,
      scripts: [
        [readAll, reply(200)],
        [readAll, gate.pass, reply(200)],
      ],
    });
    const exporter = openExporter({ url: server.url });

    void exportSpans(exporter, makeSpans(1));
    const flush = exporter.forceFlush();
    void exportSpans(exporter, makeSpans(2));
    await flush;

    expect(exporter.stats()).toMatchObject({ exported: 1, inFlight: 2 });
    const next = exporter.forceFlush();
    gate.open();
    await next;
    expect(exporter.stats()).toMatchObject({ exported: 3, inFlight: 0 });
  });

  it('F5: a shutdown with a full queue and a dead Agent ends every export', async () => {
    const server = await openFaultServer({ over, scripts: [[readAll, stall]] });
    const exporter = openExporter({ url: server.url, graceMillis: 100, maxPendingBytes: 65_536 });
    const results = Array.from({ length: 60 }, () => exportSpans(exporter, makeSpans(10)));

    const millis = await millisOf(() => exporter.shutdown());

    expect(millis).toBeLessThan(100 + SLACK_MILLIS);
    const kinds = (await Promise.all(results)).map(({ error }) => error);
    expect(kinds.filter((error) => error === undefined)).toEqual([]);
    const { received, dropped, droppedByReason } = exporter.stats();
    expect([received, dropped]).toEqual([600, 600]);
    expect(Object.keys(droppedByReason).toSorted()).toEqual(['queue_full', 'shutdown']);
  });

  it('F6: a shutdown during a backoff sends once more at once', async () => {
    const server = await openFaultServer({ over, scripts: [unavailable(), ACCEPT] });
    const exporter = openExporter({ url: server.url, graceMillis: 2_000 });
    const result = exportSpans(exporter, makeSpans(1));
    await until('the refusal', () => hasRead(exporter));

    const millis = await millisOf(() => exporter.shutdown());

    expect(await result).toEqual({ code: 0 });
    expect(millis).toBeLessThan(1_000);
    expect(server.requests).toBe(2);
  });

  it('F6: a shutdown does not undercut what the Agent asked for', async () => {
    const server = await openFaultServer({
      over,
      scripts: [unavailable('Retry-After: 5'), ACCEPT],
    });
    const exporter = openExporter({ url: server.url });
    const result = exportSpans(exporter, makeSpans(1));
    await until('the refusal', () => hasRead(exporter));

    expect(await millisOf(() => exporter.shutdown())).toBeLessThan(100);

    expect(await result).toMatchObject({ error: { kind: 'shutdown', lostSpans: 1, attempts: 1 } });
    expect(server.requests).toBe(1);
  });

  it('F8: a flush with a dead Agent rejects, and the exporter goes on', async () => {
    const server = await openFaultServer({ over, scripts: [unavailable()] });
    const exporter = openExporter({ url: server.url });
    void exportSpans(exporter, makeSpans(2));
    await until('the refusal', () => hasRead(exporter));

    await expect(exporter.forceFlush()).rejects.toMatchObject({
      kind: 'rejected',
      status: 503,
      lostSpans: 2,
      attempts: 2,
    });

    server.play(ACCEPT);
    expect(await exportSpans(exporter, makeSpans(1))).toEqual({ code: 0 });
    await expect(exporter.forceFlush()).resolves.toBeUndefined();
    await exporter.shutdown();
    expect(lines).toHaveLength(1);
  });

  it('F8: a flush also hurries what is encoded after it was called', async () => {
    const server = await openFaultServer({ over, scripts: [unavailable()] });
    const exporter = openExporter({ url: server.url });
    void exportSpans(exporter, makeSpans(6_000));
    expect(exporter.stats()).toMatchObject({ buffered: 6_000 });

    await expect(exporter.forceFlush()).rejects.toMatchObject({ lostSpans: 6_000 });

    const arrivals = new Map<bigint, number>();
    for (const { spanId } of server.spans) arrivals.set(spanId, (arrivals.get(spanId) ?? 0) + 1);
    expect(arrivals.size).toBe(6_000);
    expect(new Set(arrivals.values())).toEqual(new Set([2]));
  });

  it('F8: a flush keeps a Retry-After that fits', async () => {
    const server = await openFaultServer({
      over,
      scripts: [unavailable('Retry-After: 1'), ACCEPT],
    });
    const exporter = openExporter({ url: server.url });
    void exportSpans(exporter, makeSpans(1));
    await until('the refusal', () => hasRead(exporter));

    await exporter.forceFlush();

    const [first = 0, second = 0] = server.startMillis;
    expect(second - first).toBeGreaterThan(990);
    expect(exporter.stats()).toMatchObject({ exported: 1 });
  });

  it('F10: an empty export succeeds without a request, also when the queue is full', async () => {
    const server = await openFaultServer({ over, scripts: [[readAll, stall]] });
    const exporter = openExporter({ url: server.url, maxPendingBytes: 1_024 });
    void exportSpans(exporter, makeSpans(2));
    expect(await exportSpans(exporter, makeSpans(1))).toMatchObject({
      error: { kind: 'queue_full' },
    });

    expect(await exportSpans(exporter, [])).toEqual({ code: 0 });
  });

  it('F11: a callback may export, flush, shut down, and throw', async () => {
    const server = await openFaultServer({ over, scripts: [ACCEPT] });
    const exporter = openExporter({ url: server.url });
    const calls: string[] = [];
    const shutdown = new Promise<void>((resolve) => {
      exporter.export(makeSpans(1), ({ code }) => {
        calls.push(`first ${code}`);
        exporter.export(makeSpans(1), (result) => {
          calls.push(`second ${result.code}`);
          void exporter.forceFlush();
          resolve(exporter.shutdown());
          throw new Error('from the callback');
        });
      });
    });

    await shutdown;

    expect(calls).toEqual(['first 0', 'second 0']);
    expect(server.spans).toHaveLength(2);
    expect(lines).toEqual(['the callback of an export threw: from the callback']);
  });
});

describe('a shutdown takes no longer than its grace', () => {
  /** Enough for two attempts that fail at once, on any machine. */
  const AMPLE_MILLIS = 2_000;

  it.each<[string, ExportErrorKind, number, () => Promise<string>]>([
    ['refuses', 'connect', AMPLE_MILLIS, () => refusedUrl()],
    ['hangs', 'shutdown', 200, () => urlOf([readAll, stall])],
    ['answers 503', 'rejected', AMPLE_MILLIS, () => urlOf(unavailable())],
    ['does not answer to SYN', 'shutdown', 200, () => openBlackHole()],
  ])('F7: when the Agent %s, with kind %s', async (_how, kind, graceMillis, open) => {
    const exporter = openExporter({ url: await open(), graceMillis });
    const results = [1, 2, 3, 4].map((count) => exportSpans(exporter, makeSpans(count)));

    const millis = await millisOf(() => exporter.shutdown());

    expect(millis).toBeLessThan(graceMillis + SLACK_MILLIS);
    for (const { error } of await Promise.all(results)) expect(error).toMatchObject({ kind });
    expect(exporter.stats()).toMatchObject({ received: 10, dropped: 10, inFlight: 0, buffered: 0 });
  });

  it('F7: and lets what is under way finish within it', async () => {
    const gate = openGate();
    const server = await openFaultServer({ scripts: [[readAll, gate.pass, reply(200)]] });
    const exporter = openExporter({ url: server.url, maxConnections: 1 });
    const results = [1, 2, 3].map((count) => exportSpans(exporter, makeSpans(count)));

    const shutdown = exporter.shutdown();
    gate.open();
    await shutdown;

    expect(await Promise.all(results)).toEqual([{ code: 0 }, { code: 0 }, { code: 0 }]);
    expect(server.spans).toHaveLength(6);
    expect(lines).toEqual([]);
  });

  it.each([
    ['at once', 0],
    ['after as many others as one turn takes', 4_096],
  ])('F7: and sends spans whose resource is never complete, %s', async (_when, others) => {
    const server = await openFaultServer({ scripts: [ACCEPT] });
    // Half of it is waited, which without a shutdown were 3 s; the rest is ample for the others and a request.
    const graceMillis = 2_500;
    const exporter = openExporter({ url: server.url, graceMillis });
    void exportSpans(exporter, makeSpans(others));
    const result = exportSpans(exporter, [makeSpan({ resource: NEVER_READY })]);

    expect(await millisOf(() => exporter.shutdown())).toBeLessThan(graceMillis + SLACK_MILLIS);

    expect(await result).toEqual({ code: 0 });
  });
});
