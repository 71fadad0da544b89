import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:https';
import { afterEach, describe, expect, it } from 'vitest';
import { startScript } from '../exit/script.js';
import { openExporter } from '../support/exporters.js';
import { exportSpans } from '../support/exports.js';
import { makeSpans } from '../support/spans.js';

const servers: Server[] = [];

afterEach(() => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    server.close();
  }
});

/** Valid for localhost, 127.0.0.1 and ::1, signed by itself. */
function pem(name: 'key' | 'cert'): string {
  return readFileSync(new URL(`../support/tls/${name}.pem`, import.meta.url), 'utf8');
}

/** A server on all of 127.0.0.0/8, and how many requests got through to it. */
async function openServer(): Promise<{ readonly port: number; readonly requests: () => number }> {
  let requests = 0;
  const server = createServer({ key: pem('key'), cert: pem('cert') }, (request, response) => {
    requests++;
    request.resume().on('end', () => response.end('{}'));
  });
  servers.push(server);
  server.on('tlsClientError', () => undefined);
  server.listen(0, '0.0.0.0');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('not listening on TCP');
  return { port: address.port, requests: () => requests };
}

describe('https', () => {
  it('takes no certificate of another host, even from who is trusted', async () => {
    const { port, requests } = await openServer();
    const exporter = openExporter({ url: `https://127.0.0.2:${port}`, ca: pem('cert') });

    const { error } = await exportSpans(exporter, makeSpans(1));

    expect(error).toMatchObject({
      kind: 'connect',
      attempts: 1,
      cause: { code: 'ERR_TLS_CERT_ALTNAME_INVALID' },
    });
    expect(requests()).toBe(0);
  });

  it.each([
    ['sends to nobody who is not trusted', '', 0],
    ['sends to who is trusted', `, ca: ${JSON.stringify(pem('cert'))}`, 1],
  ])('%s when the process exits', async (_what, ca, expected) => {
    const { port, requests } = await openServer();
    const script = startScript(
      `const other = new DatadogSpanExporter({ url: process.env.DD_TRACE_AGENT_URL${ca} });
      const processor = new DatadogBatchSpanProcessor({ exporter: other });
      flushOnExit(processor, { blockOnExit: true });
      new NodeTracerProvider({ spanProcessors: [processor] }).getTracer('t').startSpan('s').end();
      process.exit(0);`,
      { agentUrl: `https://127.0.0.1:${port}` },
    );

    expect(await script.end).toMatchObject({ code: 0, stderr: '' });
    expect(requests()).toBe(expected);
  });
});
