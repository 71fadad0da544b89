import { createServer } from 'node:http';
import { networkInterfaces } from 'node:os';
import { describe, expect, it } from 'vitest';
import { openAnsweringServer, pem, tlsServer } from '../support/answering-server.js';
import { openExporter } from '../support/exporters.js';
import { exportSpans } from '../support/exports.js';
import { makeSpans } from '../support/spans.js';

const hasIpv6 = Object.values(networkInterfaces()).some((addresses) =>
  addresses?.some(({ address }) => address === '::1'),
);

describe('https', () => {
  it('trusts the certificates that it is given', async () => {
    const { port } = await openAnsweringServer(tlsServer(), '127.0.0.1');

    const exporter = openExporter({ url: `https://127.0.0.1:${port}`, ca: pem('cert') });

    expect(await exportSpans(exporter, makeSpans(1))).toEqual({ code: 0 });
  });

  it('trusts nobody else', async () => {
    const { port } = await openAnsweringServer(tlsServer(), '127.0.0.1');

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

describe('http', () => {
  it.skipIf(!hasIpv6)('connects to an IPv6 address, where this machine has one', async () => {
    const { port } = await openAnsweringServer(createServer(), '::1');

    expect(await exportSpans(openExporter({ url: `http://[::1]:${port}` }), makeSpans(1))).toEqual({
      code: 0,
    });
  });

  it('finds a server that listens on one of the addresses of localhost', async () => {
    const { port } = await openAnsweringServer(createServer(), '127.0.0.1');

    expect(
      await exportSpans(openExporter({ url: `http://localhost:${port}` }), makeSpans(1)),
    ).toEqual({ code: 0 });
  });

  it('sends credentials of the URL as a header', async () => {
    const { port, authorizations } = await openAnsweringServer(createServer(), '127.0.0.1');

    await exportSpans(openExporter({ url: `http://me:secret@127.0.0.1:${port}` }), makeSpans(1));

    expect(authorizations).toEqual([`Basic ${Buffer.from('me:secret').toString('base64')}`]);
  });
});
