import { createServer as createHttpServer } from 'node:http';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import type { Server } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';
import { afterEach, describe, expect, it } from 'vitest';
import { captureDiag } from '../support/diag-log.js';
import { exportSpans } from '../support/exports.js';
import { openFaultServer } from '../support/fault-server.js';
import { ACCEPT } from '../support/fault-steps.js';
import { resolveTo } from '../support/name-server.js';
import { refusedUrl } from '../support/raw-server.js';
import { makeSpan, makeSpans } from '../support/spans.js';
import { wallMillis } from '../support/wall-time.js';
import { openExporter } from './watched-exporter.js';

const lines = captureDiag();
const TRY_AGAIN = { code: 'EAI_AGAIN' };

const servers: Server[] = [];
afterEach(() => void servers.splice(0).map((server) => server.close()));

async function portOf(server: Server, host: string): Promise<number> {
  servers.push(server);
  server.listen(0, host);
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('not listening');
  return address.port;
}

function onPort(url: string, host: string): string {
  return `http://${host}:${new URL(url).port}`;
}

describe('the name of the Agent', () => {
  it('A4: that is unknown is asked for once', async () => {
    const asked = resolveTo({ code: 'ENOTFOUND' });
    const exporter = openExporter({ url: 'http://agent.test:8126' });

    const { error } = await exportSpans(exporter, makeSpans(1));

    expect(error).toMatchObject({ kind: 'connect', attempts: 1, cause: { code: 'ENOTFOUND' } });
    expect(asked()).toBe(1);
    expect(lines).toEqual([expect.stringContaining('agent.test')]);
  });

  it('A5: is asked for again when the resolver is in trouble', async () => {
    const server = await openFaultServer({ scripts: [ACCEPT] });
    const asked = resolveTo(TRY_AGAIN, TRY_AGAIN, ['127.0.0.1']);
    const exporter = openExporter({ url: onPort(server.url, 'agent.test') });

    expect(await exportSpans(exporter, makeSpans(1))).toEqual({ code: 0 });

    expect([asked(), server.requests]).toEqual([3, 1]);
    expect(await exportSpans(exporter, makeSpans(1))).toEqual({ code: 0 });
    expect(lines).toEqual([]);
  });

  it('A6: for which no answer comes takes no longer than connecting may', async () => {
    const server = await openFaultServer({ scripts: [ACCEPT] });
    resolveTo();
    const url = onPort(server.url, 'agent.test');
    const exporter = openExporter({ url, connectTimeoutMillis: 100, maxRetries: 1 });
    const start = wallMillis();

    const { error } = await exportSpans(exporter, makeSpans(1));

    expect(error).toMatchObject({ kind: 'timeout', attempts: 2 });
    expect(wallMillis() - start).toBeLessThan(2 * 100 + 100 + 400);
    resolveTo(['127.0.0.1']);
    expect(await exportSpans(exporter, makeSpans(1))).toEqual({ code: 0 });
  });

  it('A12: may have an address at which nobody listens, before one at which the Agent does', async () => {
    const server = await openFaultServer({ scripts: [ACCEPT] });
    resolveTo(['::1', '127.0.0.1']);
    const exporter = openExporter({ url: onPort(server.url, 'localhost'), maxRetries: 0 });

    expect(await exportSpans(exporter, makeSpans(1))).toEqual({ code: 0 });
    expect(server.requests).toBe(1);
  });
});

it('A12: a host with several addresses at none of which anybody listens is told by the first of their errors', async () => {
  const url = onPort(await refusedUrl(), 'localhost');
  resolveTo(['127.0.0.2', '127.0.0.1']);
  const exporter = openExporter({ url, maxRetries: 0 });

  const { error } = await exportSpans(exporter, makeSpans(1));

  expect(error).toMatchObject({ kind: 'connect' });
  expect(error?.message).toMatch(/: connect ECONNREFUSED 127\.0\.0\.2:\d+/);
});

describe('A10: the path of a Unix socket that no kernel takes', () => {
  it('is refused by the constructor', () => {
    const construct = (): unknown => openExporter({ url: `unix:///${'a'.repeat(107)}` });

    expect(construct).toThrow(RangeError);
    expect(construct).toThrow('108 bytes');
  });
});

describe('A11: a port at which', () => {
  it('no TLS is spoken, though the URL says so, is not asked again', async () => {
    const port = await portOf(createHttpServer(), '127.0.0.1');
    const exporter = openExporter({ url: `https://127.0.0.1:${port}` });

    const { error } = await exportSpans(exporter, [makeSpan()]);

    expect(error).toMatchObject({ kind: 'protocol', attempts: 1, lostSpans: 1 });
    expect(lines).toHaveLength(1);
  });

  it('TLS is spoken, though the URL does not say so, takes no spans', async () => {
    const [cert, key] = ['cert', 'key'].map((name) =>
      readFileSync(new URL(`../support/tls/${name}.pem`, import.meta.url)),
    );
    const port = await portOf(createTlsServer({ cert, key }), '127.0.0.1');
    const exporter = openExporter({ url: `http://127.0.0.1:${port}`, maxRetries: 1 });

    const { error } = await exportSpans(exporter, [makeSpan()]);

    expect(error).toMatchObject({ kind: 'socket', attempts: 2, lostSpans: 1 });
  });
});

describe('A12: an Agent at an IPv6 address', () => {
  it('is found by a URL with that address', async () => {
    const server = createHttpServer((request, response) => {
      request.resume().once('end', () => response.end('{}'));
    });
    const port = await portOf(server, '::1');
    const exporter = openExporter({ url: `http://[::1]:${port}` });

    expect(await exportSpans(exporter, makeSpans(1))).toEqual({ code: 0 });
  });
});
