import { createServer } from 'node:http';
import tls from 'node:tls';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { openAnsweringServer, pem, tlsServer } from '../support/answering-server.js';
import type { StartedProcess } from '../support/child-process.js';
import { refusedUrl } from '../support/raw-server.js';
import { type ScriptOptions, startScript } from './script.js';

const CERTIFICATE = fileURLToPath(new URL('../support/tls/cert.pem', import.meta.url));
/** In Node from 22.19 and 24.5 on. */
const canSetDefaults = 'setDefaultCACertificates' in tls;

/** A process that ends with a span for an Agent whose certificate is CERTIFICATE, and tells what became of it. */
async function startBlocking(
  before: string,
  options: Omit<ScriptOptions, 'agentUrl'>,
  server = tlsServer(),
): Promise<StartedProcess> {
  const { port } = await openAnsweringServer(server, '127.0.0.1');
  return startScript(
    `${before}
     const over = new DatadogSpanExporter({ url: 'https://127.0.0.1:${port}' });
     const own = new NodeTracerProvider({ spanProcessors: [new BatchSpanProcessor(over)] });
     flushOnExit([own, over], { blockOnExit: true, timeoutMillis: 10_000 });
     own.getTracer('own').startSpan('secret').end();
     process.on('exit', () => console.log(over.stats()));
     process.exit(0);`,
    { ...options, agentUrl: await refusedUrl() },
  );
}

it.each([
  ['0', 'exported: 1,'],
  ['1', 'exported: 0,'],
])('blockOnExit trusts as NODE_TLS_REJECT_UNAUTHORIZED=%s says', async (value, expected) => {
  const script = await startBlocking('', { env: { NODE_TLS_REJECT_UNAUTHORIZED: value } });

  expect((await script.end).stdout).toContain(expected);
});

it('blockOnExit does not blame a port without TLS for its HTTP', async () => {
  const script = await startBlocking('printWarnings();', {}, createServer());

  expect((await script.end).stdout).toContain(
    'what answered does not speak TLS: ERR_SSL_WRONG_VERSION_NUMBER, at the end of the process; 1 span lost',
  );
});

it.each([
  ['OpenSSL', { nodeOptions: ['--use-openssl-ca'], env: { SSL_CERT_FILE: CERTIFICATE } }],
  [
    'OpenSSL, by NODE_OPTIONS,',
    { env: { NODE_OPTIONS: '--use-openssl-ca', SSL_CERT_FILE: CERTIFICATE } },
  ],
  ['the environment', { env: { NODE_EXTRA_CA_CERTS: CERTIFICATE } }],
])('blockOnExit trusts whom %s trusts', async (_whose, options) => {
  const script = await startBlocking('', options);

  expect((await script.end).stdout).toContain('exported: 1,');
});

it.skipIf(!canSetDefaults).each([
  { how: 'more', authority: pem('cert'), env: {}, expected: 'exported: 1,' },
  {
    how: 'less',
    authority: tls.rootCertificates[0],
    env: { NODE_EXTRA_CA_CERTS: CERTIFICATE },
    expected: 'exported: 0,',
  },
])('blockOnExit trusts $how than Node does, where the process does', async (row) => {
  const script = await startBlocking(
    `process.getBuiltinModule('node:tls').setDefaultCACertificates([${JSON.stringify(row.authority)}]);`,
    { env: row.env },
  );

  expect((await script.end).stdout).toContain(row.expected);
});
