import { chmodSync, rmSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { loadUndici } from '../../src/transport/load-undici.js';
import { openBlackHole } from '../support/black-hole.js';
import { captureDiag } from '../support/diag-log.js';
import { exportSpans } from '../support/exports.js';
import { openFaultServer } from '../support/fault-server.js';
import { ACCEPT, fin, readHead, rst } from '../support/fault-steps.js';
import { openRawServer, refusedUrl } from '../support/raw-server.js';
import { temporarySocketPath } from '../support/scripted-agent.js';
import { makeSpan, makeSpans } from '../support/spans.js';
import { wallMillis } from '../support/wall-time.js';
import { type FaultRow, expectRow, named } from './fault-row.js';
import { openExporter, SLACK_MILLIS } from './watched-exporter.js';

const lines = captureDiag();

const rows: readonly FaultRow[] = [
  {
    id: 'A2a',
    title: 'a connection that is closed at once is retried',
    scripts: [ACCEPT],
    onAccept: [[fin]],
    expected: { requests: 1 },
  },
  {
    id: 'A2b',
    title: 'a connection that is reset at once is retried',
    scripts: [ACCEPT],
    onAccept: [[rst]],
    expected: { requests: 1 },
  },
  {
    id: 'A2c',
    title: 'connections that are always reset are broken ones',
    scripts: [ACCEPT],
    onAccept: [[rst], [rst]],
    expected: { kind: 'socket', requests: 0 },
  },
];

describe.each(['tcp', 'unix'] as const)('connecting over %s', (over) => {
  it.each(named(rows))('%s', (_name, row) => expectRow(row, over));

  it('A1: a refusal is retried, then it is no connection, until somebody listens', async () => {
    const url = await refusedUrl(over);
    const exporter = openExporter({ url });

    const { error } = await exportSpans(exporter, makeSpans(2));

    expect(error).toMatchObject({ kind: 'connect', attempts: 5, cause: { code: 'ECONNREFUSED' } });
    expect(exporter.stats()).toMatchObject({ inFlight: 0, droppedByReason: { connect: 2 } });
    expect(lines).toEqual([error?.message]);
    const address = addressOf(url);
    if ('socketPath' in address) rmSync(address.socketPath);
    const server = await openFaultServer({ over, ...address, scripts: [ACCEPT] });
    expect(await exportSpans(exporter, makeSpans(1))).toEqual({ code: 0 });
    expect(server.requests).toBe(1);
  });

  it('A13: an Agent that was restarted gets the next export, once and without a retry', async () => {
    const first = await openFaultServer({ over, scripts: [ACCEPT] });
    const exporter = openExporter({ url: first.url, maxRetries: 0 });
    await exportSpans(exporter, makeSpans(1));
    await first.close();
    const second = await openFaultServer({ over, ...addressOf(first.url), scripts: [ACCEPT] });

    expect(await exportSpans(exporter, makeSpans(1))).toEqual({ code: 0 });

    expect(second.spans).toHaveLength(1);
  });

  it.each([
    ['closes', fin],
    ['resets', rst],
  ])(
    'A13: a kept connection that the peer %s when it is used again costs no retry',
    async (_how, end) => {
      const server = await openFaultServer({ over, scripts: [ACCEPT, [readHead, end], ACCEPT] });
      const exporter = openExporter({ url: server.url, maxRetries: 0 });
      await exportSpans(exporter, makeSpans(1));

      expect(await exportSpans(exporter, makeSpans(1))).toEqual({ code: 0 });

      expect(server.spans).toHaveLength(2);
      expect([server.requests, server.accepted]).toEqual([3, 2]);
    },
  );

  it('A13: a fresh connection that breaks does cost one, as does the next', async () => {
    const server = await openFaultServer({ over, scripts: [ACCEPT, [readHead, rst]] });
    const exporter = openExporter({ url: server.url, maxRetries: 0 });
    await exportSpans(exporter, makeSpans(1));

    expect(await exportSpans(exporter, makeSpans(1))).toMatchObject({
      error: { kind: 'socket', attempts: 1 },
    });
    expect(server.requests).toBe(3);

    expect(await exportSpans(exporter, makeSpans(1))).toMatchObject({ code: 1 });
    expect(server.requests).toBe(4);
  });
});

function addressOf(url: string): { socketPath: string } | { port: number } {
  return url.startsWith('unix://')
    ? { socketPath: url.slice('unix://'.length) }
    : { port: Number(new URL(url).port) };
}

describe('A3: a peer that does not answer to SYN', () => {
  it('ends an attempt with the connect timeout', async () => {
    const exporter = openExporter({
      url: await openBlackHole(),
      connectTimeoutMillis: 200,
      maxRetries: 1,
    });
    const start = wallMillis();

    const { error } = await exportSpans(exporter, makeSpans(1));

    expect(error).toMatchObject({
      kind: 'timeout',
      attempts: 2,
      cause: { message: 'no connection within 200 ms' },
    });
    expect(wallMillis() - start).toBeLessThan(2 * 200 + 100 + SLACK_MILLIS);
  });

  it('ends it with the limit of the attempt, if that is less, and says what there was none of', async () => {
    const limits = { connectTimeoutMillis: 10_000, attemptTimeoutMillis: 200, maxRetries: 0 };
    const exporter = openExporter({ url: await openBlackHole(), ...limits });

    const { error } = await exportSpans(exporter, makeSpans(1));

    expect(error).toMatchObject({
      kind: 'timeout',
      attempts: 1,
      cause: { message: 'no connection within 200 ms' },
    });
  });

  it('is told, too, of an export whose own time ends first', async () => {
    const exporter = openExporter({ url: await openBlackHole(), timeoutMillis: 200 });
    await loadUndici(undefined);

    const { error } = await exportSpans(exporter, makeSpans(1));

    expect(error).toMatchObject({ kind: 'timeout', attempts: 1 });
    expect(error?.message).toMatch(/1 attempt: .+: no connection within \d+ ms; 1 span lost$/);
  });

  it('does not delay an abort', async () => {
    const life = new AbortController();
    const exporter = openExporter({ url: await openBlackHole(), signal: life.signal });
    await loadUndici(undefined);
    const result = exportSpans(exporter, makeSpans(1));
    await new Promise(setImmediate); // it connects
    const start = wallMillis();

    life.abort();

    expect(await result).toMatchObject({ error: { kind: 'aborted' } });
    expect(wallMillis() - start).toBeLessThan(50);
  });

  it('does not delay a shutdown beyond the grace', async () => {
    const exporter = openExporter({ url: await openBlackHole(), graceMillis: 100 });
    const result = exportSpans(exporter, makeSpans(1));
    const start = wallMillis();

    await exporter.shutdown();

    expect(wallMillis() - start).toBeLessThan(100 + SLACK_MILLIS);
    expect(await result).toMatchObject({ error: { kind: 'shutdown' } });
  });
});

describe('A3: a peer whose backlog is full on a Unix socket', () => {
  it('is retried, then it is no connection', async () => {
    const exporter = openExporter({ url: await openBlackHole('unix'), maxRetries: 1 });

    const { error } = await exportSpans(exporter, makeSpans(1));

    expect(error).toMatchObject({ kind: 'connect', attempts: 2, cause: { code: 'EAGAIN' } });
  });
});

describe('A4: a host that does not exist', () => {
  it('is not asked for again', async () => {
    const exporter = openExporter({ url: 'http://agent.invalid:8126' });

    const { error } = await exportSpans(exporter, makeSpans(1));

    // A resolver that reaches nobody says EAI_AGAIN, which may pass.
    const isKnown = error?.message.includes('ENOTFOUND') === true;
    expect(error).toMatchObject({ kind: 'connect', attempts: isKnown ? 1 : 5 });
    expect(lines).toEqual([expect.stringContaining('agent.invalid')]);
  });
});

describe('A7: a Unix socket that is not there', () => {
  it('is retried, then it is no connection', async () => {
    const url = `unix://${temporarySocketPath()}`;

    const { error } = await exportSpans(openExporter({ url, maxRetries: 1 }), makeSpans(1));

    expect(error).toMatchObject({ kind: 'connect', attempts: 2, cause: { code: 'ENOENT' } });
  });

  it('gets the spans when the Agent makes it meanwhile', async () => {
    const socketPath = temporarySocketPath();
    const exporter = openExporter({ url: `unix://${socketPath}`, maxRetries: 100 });
    const result = exportSpans(exporter, makeSpans(1));
    await expect(
      exportSpans(openExporter({ url: `unix://${socketPath}`, maxRetries: 0 }), [makeSpan()]),
    ).resolves.toMatchObject({ code: 1 });

    const server = await openFaultServer({ over: 'unix', socketPath, scripts: [ACCEPT] });

    expect(await result).toEqual({ code: 0 });
    expect(server.spans).toHaveLength(1);
  });
});

describe('A9: a Unix socket that this user may not write to', () => {
  it('is not retried, and the warning names it', async () => {
    const socketPath = temporarySocketPath();
    await openRawServer(() => undefined, { over: 'unix', socketPath });
    chmodSync(socketPath, 0o600);
    const exporter = openExporter({ url: `unix://${socketPath}` });
    await loadUndici(undefined); // for which files have to be read

    const { error } = await asNobody(() => exportSpans(exporter, makeSpans(1)));

    expect(error).toMatchObject({ kind: 'connect', attempts: 1, cause: { code: 'EACCES' } });
    expect(lines).toEqual([expect.stringContaining(`unix://${socketPath}`)]);
  });
});

/** Root may write everywhere, so it becomes somebody else for the time of the task. */
async function asNobody<T>(task: () => Promise<T>): Promise<T> {
  const user = process.geteuid?.();
  if (user !== 0) return task();
  process.seteuid?.(65_534);
  try {
    return await task();
  } finally {
    process.seteuid?.(0);
  }
}
