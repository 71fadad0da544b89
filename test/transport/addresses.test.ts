import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer as createHttpServer, type Server } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import { networkInterfaces } from 'node:os';
import { afterEach, describe, expect, it } from 'vitest';
import { openExporter } from '../support/exporters.js';
import { exportSpans } from '../support/exports.js';
import { makeSpans } from '../support/spans.js';

const hasIpv6 = Object.values(networkInterfaces()).some((addresses) =>
  addresses?.some(({ address }) => address === '::1'),
);
const servers: Pick<Server, 'close' | 'closeAllConnections'>[] = [];

afterEach(() => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    server.close();
  }
});

/** Made for these tests: valid for localhost, 127.0.0.1 and ::1, signed by itself. */
function pem(name: 'key' | 'cert'): string {
  return readFileSync(new URL(`../support/tls/${name}.pem`, import.meta.url), 'utf8');
}

/** Answers every request with 200; returns the port and what the requests said. */
async function openServer(
  server: Server,
  host: string,
): Promise<{ port: number; authorizations: (string | undefined)[] }> {
  const authorizations: (string | undefined)[] = [];
  server.on('request', (request, response) => {
    authorizations.push(request.headers.authorization);
    request.resume().on('end', () => response.end('{}'));
  });
  servers.push(server);
  server.listen(0, host);
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('not listening on TCP');
  return { port: address.port, authorizations };
}

describe('https', () => {
  it('trusts the certificates that it is given', async () => {
    const server = createHttpsServer({ key: pem('key'), cert: pem('cert') });
    const { port } = await openServer(server, '127.0.0.1');

    const exporter = openExporter({ url: `https://127.0.0.1:${port}`, ca: pem('cert') });

    expect(await exportSpans(exporter, makeSpans(1))).toEqual({ code: 0 });
  });

  it('trusts nobody else', async () => {
    const server = createHttpsServer({ key: pem('key'), cert: pem('cert') });
    const { port } = await openServer(server, '127.0.0.1');

    const { error } = await exportSpans(
      openExporter({ url: `https://127.0.0.1:${port}` }),
      makeSpans(1),
    );

    expect(error).toMatchObject({
      kind: 'connect',
      cause: { code: 'DEPTH_ZERO_SELF_SIGNED_CERT' },
    });
  });
});

describe('a URL with the wrong scheme', () => {
  it('is told from a connection that fails, and not retried: https where http is spoken', async () => {
    const { port } = await openServer(createHttpServer(), '127.0.0.1');

    const { error } = await exportSpans(
      openExporter({ url: `https://127.0.0.1:${port}` }),
      makeSpans(1),
    );

    expect(error).toMatchObject({ kind: 'protocol', attempts: 1 });
    expect(error?.message).toMatch(
      /does not speak HTTP\/1\.1.*wrong version number\S*; 1 span lost$/,
    );
  });
});

describe('http', () => {
  it.skipIf(!hasIpv6)('connects to an IPv6 address, where this machine has one', async () => {
    const { port } = await openServer(createHttpServer(), '::1');

    expect(await exportSpans(openExporter({ url: `http://[::1]:${port}` }), makeSpans(1))).toEqual({
      code: 0,
    });
  });

  it('finds a server that listens on one of the addresses of localhost', async () => {
    const { port } = await openServer(createHttpServer(), '127.0.0.1');

    expect(
      await exportSpans(openExporter({ url: `http://localhost:${port}` }), makeSpans(1)),
    ).toEqual({ code: 0 });
  });

  it('sends credentials of the URL as a header', async () => {
    const { port, authorizations } = await openServer(createHttpServer(), '127.0.0.1');

    await exportSpans(openExporter({ url: `http://me:secret@127.0.0.1:${port}` }), makeSpans(1));

    expect(authorizations).toEqual([`Basic ${Buffer.from('me:secret').toString('base64')}`]);
  });
});
