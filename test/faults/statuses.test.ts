import { describe, expect, it } from 'vitest';
import { captureDiag } from '../support/diag-log.js';
import { exportSpans } from '../support/exports.js';
import { type FaultServer, openFaultServer } from '../support/fault-server.js';
import { ACCEPT, answer, readAll, stall } from '../support/fault-steps.js';
import { makeSpan } from '../support/spans.js';
import { wallMillis } from '../support/wall-time.js';
import { type FaultRow, expectRow, named } from './fault-row.js';
import { openExporter } from './watched-exporter.js';

const lines = captureDiag();

const accepted = [200, 201, 202, 204].map<FaultRow>((status) => ({
  id: `D1-${status}`,
  title: 'is a success',
  scripts: [status === 204 ? answer(204, { body: '' }) : answer(status)],
  expected: { requests: 1 },
}));

/** What an Agent, or whoever answers in its place, may say with a status. */
const BODIES: Readonly<Record<string, string>> = {
  'without a body': '',
  'with a text': 'no',
  'with a page': `<html>${'x'.repeat(100_000)}</html>`,
};

/** One row for each status and body. */
function rowsOf(
  statuses: readonly number[],
  rowOf: (status: number, body: string, how: string) => FaultRow,
): readonly FaultRow[] {
  return statuses.flatMap((status) =>
    Object.entries(BODIES).map(([how, body]) => rowOf(status, body, how)),
  );
}

const redirects = rowsOf([301, 302, 307, 308], (status, body, how) => ({
  id: `D2-${status}`,
  title: `is not followed, ${how}`,
  scripts: [answer(status, { headers: ['Location: http://127.0.0.1:1/elsewhere'], body })],
  expected: { kind: 'rejected', status, requests: 1, arrives: 'once' },
}));

const FINAL = [400, 401, 403, 404, 405, 410, 415, 501, 505, 599, 999];
const final = rowsOf(FINAL, (status, body, how) => ({
  id: `D3, D4, D9-${status}`,
  title: `is not retried, ${how}`,
  scripts: [answer(status, { body })],
  expected: { kind: 'rejected', status, requests: 1, arrives: 'once' },
}));

const PASSING = [408, 425, 429, 500, 502, 503, 504];
const passing = [
  ...rowsOf(PASSING, (status, body, how) => ({
    id: `D5, D6, D8-${status}`,
    title: `is retried, ${how}`,
    scripts: [answer(status, { body }), ACCEPT],
    expected: { requests: 2, arrives: 'again' },
  })),
  ...rowsOf([429, 503], (status, body, how) => ({
    id: `D6, D8-${status} always`,
    title: `ends with that status, ${how}`,
    scripts: [answer(status, { body })],
    expected: { kind: 'rejected', status, requests: 2, arrives: 'again' },
  })),
];

const tooLarge: readonly FaultRow[] = [
  {
    id: 'D7a',
    title: 'a 413 is sent again in two halves',
    scripts: [answer(413), ACCEPT],
    spans: 7,
    expected: { requests: 3, arrives: 'again' },
  },
  {
    id: 'D7b',
    title: 'halves that are still too large are not cut again',
    scripts: [answer(413)],
    spans: 7,
    expected: { kind: 'too_large', status: 413, requests: 3, arrives: 'again' },
  },
  {
    id: 'D7c',
    title: 'a single trace cannot be cut',
    scripts: [answer(413)],
    spans: 1,
    expected: { kind: 'too_large', status: 413, requests: 1, arrives: 'once' },
  },
];

describe.each(['tcp', 'unix'] as const)('a status over %s', (over) => {
  const rows = [...accepted, ...redirects, ...final, ...passing, ...tooLarge];

  it.each(named(rows))('%s', (_name, row) => expectRow(row, over));

  it('D6: rates of a 429 are taken, and told to the Agent with the next request', async () => {
    const body = '{"rate_by_service":{"service:,env:":0.5}}';
    const headers = ['Datadog-Rates-Payload-Version: v7'];
    const server = await openFaultServer({
      over,
      scripts: [answer(429, { body, headers }), ACCEPT],
    });
    const exporter = openExporter({ url: server.url });

    expect(await exportSpans(exporter, [makeSpan()])).toEqual({ code: 0 });

    expect(exporter.sampleRates).toEqual({ 'service:,env:': 0.5 });
    expect(server.heads[1]).toMatch(/^datadog-rates-payload-version: v7\r$/im);
  });

  it.each([301, 302, 307, 308])(
    'D2: a %d to another server reaches nobody there',
    async (status) => {
      const elsewhere = await openFaultServer({ scripts: [ACCEPT] });
      const headers = [`Location: ${elsewhere.url}/v0.4/traces`];
      const server = await openFaultServer({ over, scripts: [answer(status, { headers })] });

      const result = await exportSpans(openExporter({ url: server.url }), [makeSpan()]);

      expect(result).toMatchObject({ error: { kind: 'rejected', status } });
      expect(elsewhere.accepted).toBe(0);
    },
  );

  it('D7: one of two halves may be lost alone', async () => {
    const server = await openFaultServer({
      over,
      scripts: [answer(413), answer(200), answer(400)],
    });
    const exporter = openExporter({ url: server.url, maxConnections: 1 });
    const spans = ['a', 'b', 'c', 'd'].map((digit) => makeSpan({ traceId: digit.repeat(32) }));

    const { error } = await exportSpans(exporter, spans);

    expect(error).toMatchObject({ kind: 'rejected', status: 400, lostSpans: 2, attempts: 2 });
    expect(exporter.stats()).toMatchObject({ exported: 2, droppedByReason: { rejected: 2 } });
  });

  it('D4: what the configuration has to change is warned about once', async () => {
    const scripts = [answer(404, { body: '<title>Not Found</title>' })];
    const server = await openFaultServer({ over, scripts });
    const exporter = openExporter({ url: server.url });

    for (let index = 0; index < 5; index++) await exportSpans(exporter, [makeSpan()]);

    expect(lines).toEqual([
      expect.stringMatching(
        /v0\.4\/traces, 1 attempt: there is no trace intake at this address \(status 404\); 1 span lost$/,
      ),
    ]);
  });

  it('D11: three 503 and a 200 are four attempts, each pause within its bound', async () => {
    const unavailable = answer(503);
    const server = await openFaultServer({
      over,
      scripts: [unavailable, unavailable, unavailable, ACCEPT],
    });
    const exporter = openExporter({ url: server.url });

    expect(await exportSpans(exporter, [makeSpan()])).toEqual({ code: 0 });

    const pauses = server.startWallMillis
      .slice(1)
      .map((at, index) => at - (server.startWallMillis[index] ?? 0));
    expect(pauses).toHaveLength(3);
    // Full jitter: anything up to 100, 200 and 400 ms; the rest is for a busy machine.
    for (const [index, pause] of pauses.entries()) {
      expect(pause).toBeLessThan(100 * 2 ** index + 100);
    }
  });

  it('is told with the end of the time, if later attempts had no answer', async () => {
    const server = await openFaultServer({ over, scripts: [answer(503), [readAll, stall]] });
    const exporter = openExporter({ url: server.url, timeoutMillis: 1_000 });

    const { error } = await exportSpans(exporter, [makeSpan()]);

    expect(error).toMatchObject({ kind: 'timeout', status: 503, attempts: 2 });
    expect(error?.message).toContain(
      'the Agent did not accept the payload in time (status 503): not settled within `timeoutMillis`',
    );
  });
});

describe.each(['tcp', 'unix'] as const)('D10: Retry-After over %s', (over) => {
  function openRetryLater(value: string): Promise<FaultServer> {
    const retryLater = answer(503, { headers: [`Retry-After: ${value}`] });
    return openFaultServer({ over, scripts: [retryLater, ACCEPT] });
  }

  it.each([
    ['1', 1_000],
    [' 1 ', 1_000],
    ['0', 0],
    ['-5', 0],
    ['soon', 0],
    ['1e309', 0],
    ['', 0],
    ['Mon, 01 Jan 1990 00:00:00 GMT', 0],
    ['Mon, 99 Foo 2099 00:00:00 GMT', 0],
  ])('"%s" is a pause of %d ms, or of what we choose', async (value, millis) => {
    const server = await openRetryLater(value);
    const [start, startWall] = [performance.now(), wallMillis()];

    const result = await exportSpans(openExporter({ url: server.url }), [makeSpan()]);

    expect(result).toEqual({ code: 0 });
    expect(performance.now() - start).toBeGreaterThanOrEqual(millis - 2);
    expect(wallMillis() - startWall).toBeLessThan(millis + 500);
  });

  it.each(['3600', '99999999999999999999', new Date(Date.now() + 3_600_000).toUTCString()])(
    '"%s" is not waited for, as it is beyond the time of the export',
    async (value) => {
      const server = await openRetryLater(value);
      const start = wallMillis();

      const result = await exportSpans(openExporter({ url: server.url }), [makeSpan()]);

      expect(result).toMatchObject({ error: { kind: 'rejected', status: 503, attempts: 1 } });
      expect(wallMillis() - start).toBeLessThan(500);
    },
  );

  it('the longest of several holds', async () => {
    const headers = ['Retry-After: 0', 'Retry-After: 1'];
    const server = await openFaultServer({ over, scripts: [answer(429, { headers }), ACCEPT] });
    const start = performance.now();

    expect(await exportSpans(openExporter({ url: server.url }), [makeSpan()])).toEqual({ code: 0 });

    expect(performance.now() - start).toBeGreaterThanOrEqual(998);
  });
});
