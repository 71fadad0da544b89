import { getEventListeners } from 'node:events';
import { setImmediate } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import type { DatadogSpanExporter, ReadableSpan } from '../../src/index.js';
import { captureDiag } from '../support/diag-log.js';
import { exportSpans } from '../support/exports.js';
import { type FaultServer, openFaultServer, type Script } from '../support/fault-server.js';
import {
  ACCEPT,
  answer,
  freeze,
  hangUp,
  readAll,
  readHead,
  stall,
} from '../support/fault-steps.js';
import { startOwnTime } from '../support/own-time.js';
import { makeSpan, makeSpans, NEVER_READY } from '../support/spans.js';
import { until } from '../support/until.js';
import { wallMillis } from '../support/wall-time.js';
import { openExporter, SLACK_MILLIS } from './watched-exporter.js';

const lines = captureDiag();

interface Phase {
  readonly phase: string;
  readonly scripts: readonly Script[];
  readonly spans?: () => readonly ReadableSpan[];
  isReached(server: FaultServer, exporter: DatadogSpanExporter): boolean;
  /** Requests that the Agent saw by then; there must be no more. */
  readonly requests: number;
}

/** Its rates tell that the exporter has read it. */
const COME_BACK: Script = answer(503, {
  headers: ['Retry-After: 1'],
  body: '{"rate_by_service":{"read":1}}',
});

const phases: readonly Phase[] = [
  {
    phase: 'is handed over',
    scripts: [ACCEPT],
    isReached: () => true,
    requests: 0,
  },
  {
    phase: 'waits for the attributes of its resource',
    scripts: [ACCEPT],
    spans: () => [makeSpan({ resource: NEVER_READY })],
    isReached: () => true,
    requests: 0,
  },
  {
    phase: 'is being encoded slice by slice',
    scripts: [[readAll, stall]],
    spans: () => makeSpans(20_000),
    isReached: ({ requests }) => requests === 1,
    requests: 1,
  },
  {
    phase: 'is being uploaded',
    scripts: [[readHead, freeze]],
    spans: () => makeSpans(4_000, { attributes: { text: 'x'.repeat(900) } }),
    isReached: ({ requests }) => requests === 1,
    requests: 1,
  },
  {
    phase: 'waits for its reply',
    scripts: [[readAll, stall]],
    isReached: ({ spans }) => spans.length > 0,
    requests: 1,
  },
  {
    phase: 'backs off',
    scripts: [COME_BACK],
    isReached: (_server, { sampleRates }) => sampleRates['read'] === 1,
    requests: 1,
  },
];

/** Starts an export and waits until it has come that far. */
async function reach(row: Phase, over: 'tcp' | 'unix') {
  const server = await openFaultServer({ over, scripts: row.scripts });
  const life = new AbortController();
  const exporter = openExporter({ url: server.url, signal: life.signal, maxConnections: 1 });
  const spans = row.spans?.() ?? makeSpans(1);
  const result = exportSpans(exporter, spans);
  await until('the phase', () => row.isReached(server, exporter));
  return { server, life, exporter, result, count: spans.length };
}

/** Nothing was sent after the end, and nothing is left of it. */
async function expectSilence(server: FaultServer, requests: number): Promise<void> {
  server.thaw();
  await until('all sockets closed', () => server.open === 0);
  expect(server.requests).toBe(requests);
}

describe.each(['tcp', 'unix'] as const)('F12: an export over %s that', (over) => {
  it.each(phases)('$phase is aborted by the signal at once', async (row) => {
    const { server, life, exporter, result, count } = await reach(row, over);
    const start = wallMillis();
    const took = startOwnTime();

    life.abort(new Error('enough'));

    expect(await result).toMatchObject({
      code: 1,
      error: { kind: 'aborted', lostSpans: count, cause: { message: 'enough' } },
    });
    expect(took()).toBeLessThan(50);
    expect(wallMillis() - start).toBeLessThan(SLACK_MILLIS); // below every other limit
    expect(exporter.stats()).toMatchObject({ dropped: count, buffered: 0, inFlight: 0 });
    expect(getEventListeners(life.signal, 'abort')).toEqual([]);
    await expectSilence(server, row.requests);
  });

  it.each(phases)('$phase is aborted by a shutdown without grace', async (row) => {
    const { server, exporter, result, count } = await reach(row, over);
    const start = wallMillis();
    const took = startOwnTime();

    await exporter.shutdown({ graceMillis: 0 });

    expect(took()).toBeLessThan(50);
    expect(wallMillis() - start).toBeLessThan(SLACK_MILLIS); // below every other limit
    expect(await result).toMatchObject({ error: { kind: 'shutdown', lostSpans: count } });
    await expectSilence(server, row.requests);
  });
});

describe('the signal of an exporter', () => {
  it('also ends exports that are queued behind others, and those that come later', async () => {
    const server = await openFaultServer({ scripts: [[readAll, stall]] });
    const life = new AbortController();
    const exporter = openExporter({ url: server.url, signal: life.signal, maxConnections: 1 });
    const results = [1, 2, 3].map((count) => exportSpans(exporter, makeSpans(count)));
    await until('the first request', () => server.spans.length === 1);

    life.abort();
    results.push(exportSpans(exporter, makeSpans(4)));

    for (const { error } of await Promise.all(results)) {
      expect(error).toMatchObject({ kind: 'aborted', code: 'DD_EXPORT_ABORTED' });
    }
    expect(exporter.stats()).toMatchObject({ received: 10, droppedByReason: { aborted: 10 } });
    await expectSilence(server, 1);
    expect(lines).toEqual([
      expect.stringMatching(/the caller aborted: .*; 4 spans lost$/),
      `The abort cut 3 exports, PUT ${server.url}/v0.4/traces: 6 spans lost`,
    ]);
    await expect(exporter.forceFlush()).resolves.toBeUndefined();
    await expect(exporter.shutdown()).resolves.toBeUndefined();
  });

  it.each<[string, Script]>([
    ['broke', [readAll, hangUp]],
    ['was refused', answer(503)],
  ])(
    'gives its reason as the cause, also of an export whose first attempt %s',
    async (_how, first) => {
      const server = await openFaultServer({ scripts: [first, [readAll, stall]] });
      const life = new AbortController();
      const exporter = openExporter({ url: server.url, signal: life.signal });
      const result = exportSpans(exporter, makeSpans(1));
      await until('the second attempt', () => server.spans.length === 2);

      life.abort('enough');

      const { error } = await result;
      expect(error).toMatchObject({ kind: 'aborted', cause: 'enough', attempts: 2 });
      expect(error).toHaveProperty('status', undefined);
    },
  );

  it('that aborted while nothing was under way lets go of the connection at the next export', async () => {
    const server = await openFaultServer({ scripts: [ACCEPT] });
    const life = new AbortController();
    const exporter = openExporter({ url: server.url, signal: life.signal });
    await exportSpans(exporter, makeSpans(1));
    life.abort();
    expect(server.open).toBe(1);

    const { error } = await exportSpans(exporter, makeSpans(1));

    expect(error).toMatchObject({ kind: 'aborted' });
    await until('no socket, before an idle one closes by itself', () => server.open === 0, 3_000);
  });

  it('does nothing to what is done', async () => {
    const server = await openFaultServer({ scripts: [ACCEPT] });
    const life = new AbortController();
    const exporter = openExporter({ url: server.url, signal: life.signal });

    expect(await exportSpans(exporter, makeSpans(1))).toEqual({ code: 0 });
    expect(getEventListeners(life.signal, 'abort')).toEqual([]);
    life.abort();

    expect(exporter.stats()).toMatchObject({ exported: 1, dropped: 0 });
  });

  it('does not take back an acceptance whose body is still on its way', async () => {
    const head =
      'HTTP/1.1 200 OK\r\nContent-Length: 99\r\nDatadog-Rates-Payload-Version: 1\r\n\r\n';
    let isSent = false;
    const server = await openFaultServer({
      scripts: [[readAll, ({ socket }) => void socket.write(head, () => (isSent = true)), stall]],
    });
    const life = new AbortController();
    const exporter = openExporter({ url: server.url, signal: life.signal });
    const result = exportSpans(exporter, makeSpans(1));
    await until('the head of the reply', () => isSent);
    await setImmediate();
    await setImmediate();

    life.abort();

    expect(await result).toEqual({ code: 0 });
  });

  it('may have aborted before the exporter was made', async () => {
    const server = await openFaultServer({ scripts: [ACCEPT] });
    const exporter = openExporter({ url: server.url, signal: AbortSignal.abort('never') });

    expect(await exportSpans(exporter, makeSpans(1))).toMatchObject({
      error: { kind: 'aborted', cause: 'never' },
    });
    expect(server.accepted).toBe(0);
  });

  it('may be shared by many exporters without a warning of a leak', async () => {
    const warnings: Error[] = [];
    const onWarning = (warning: Error): void => void warnings.push(warning);
    process.on('warning', onWarning);
    const server = await openFaultServer({ scripts: [[readAll, stall]] });
    const life = new AbortController();
    const exporters = Array.from({ length: 50 }, () =>
      openExporter({ url: server.url, signal: life.signal }),
    );
    const results = exporters.map((exporter) => exportSpans(exporter, makeSpans(1)));
    await until('all requests', () => server.requests === 50);

    life.abort();

    for (const result of results) expect(await result).toMatchObject({ code: 1 });
    await setImmediate();
    process.off('warning', onWarning);
    expect(warnings).toEqual([]);
  });
});
