import { createServer } from 'node:http';
import { expect, it } from 'vitest';
import { openAnsweringServer } from '../support/answering-server.js';
import { openExporter } from '../support/exporters.js';
import { exportSpans } from '../support/exports.js';
import { openRawServer } from '../support/raw-server.js';
import { makeSpans } from '../support/spans.js';

/** A fatal alert, by which a server refuses what a client offers. */
const HANDSHAKE_FAILURE = Buffer.from('15030300020228', 'hex');

it('a URL that says https where http is spoken is told from a connection that fails, and not retried', async () => {
  const { port } = await openAnsweringServer(createServer(), '127.0.0.1');
  const exporter = openExporter({ url: `https://127.0.0.1:${port}` });

  const { error } = await exportSpans(exporter, makeSpans(1));

  expect(error).toMatchObject({ kind: 'protocol', attempts: 1 });
  // The second is what OpenSSL of Node 25 makes of the same bytes.
  expect(error?.message).toMatch(
    /: what answered does not speak TLS: ERR_SSL_(WRONG_VERSION_NUMBER|PACKET_LENGTH_TOO_LONG); 1 span lost$/,
  );
});

it('a peer that refuses our TLS is not said to speak none', async () => {
  const { url } = await openRawServer((socket) => {
    socket.once('data', () => socket.end(HANDSHAKE_FAILURE));
  });
  const exporter = openExporter({ url: url.replace('http:', 'https:') });

  const { error } = await exportSpans(exporter, makeSpans(1));

  expect(error).toMatchObject({ kind: 'protocol', attempts: 1 });
  expect(error?.message).toMatch(
    /: TLS with what answered failed: ERR_SSL_\S+_ALERT_HANDSHAKE_FAILURE; 1 span lost$/,
  );
});
