import { afterEach, describe, expect, it, vi } from 'vitest';
import { startScript } from '../exit/script.js';
import {
  type AnsweringServer,
  openAnsweringServer,
  pem,
  tlsServer,
} from '../support/answering-server.js';
import { openExporter } from '../support/exporters.js';
import { exportSpans } from '../support/exports.js';
import { makeSpans } from '../support/spans.js';

/** On all of 127.0.0.0/8. */
function openServer(): Promise<AnsweringServer> {
  return openAnsweringServer(tlsServer(), '0.0.0.0');
}

afterEach(() => {
  vi.unstubAllEnvs();
});

describe('https', () => {
  it('takes no certificate of another host, even from who is trusted', async () => {
    const { port, authorizations } = await openServer();
    const exporter = openExporter({ url: `https://127.0.0.2:${port}`, ca: pem('cert') });

    const first = await exportSpans(exporter, makeSpans(1));
    const second = await exportSpans(exporter, makeSpans(1)); // undici 7 let its time pass

    const refused = {
      kind: 'connect',
      attempts: 1,
      cause: { code: 'ERR_TLS_CERT_ALTNAME_INVALID' },
    };
    expect([first.error, second.error]).toMatchObject([refused, refused]);
    expect(authorizations).toEqual([]);
  });

  it.each([
    ['nobody, if it was turned off later', undefined, '0', 0],
    ['whoever answers, if it was off then', '0', undefined, 1],
  ])(
    'is verified as when the exporter was made: it sends to %s',
    async (_who, before, after, expected) => {
      const { port, authorizations } = await openServer();
      vi.stubEnv('NODE_TLS_REJECT_UNAUTHORIZED', before);
      const exporter = openExporter({ url: `https://127.0.0.1:${port}`, maxRetries: 0 });
      vi.stubEnv('NODE_TLS_REJECT_UNAUTHORIZED', after);

      const { code } = await exportSpans(exporter, makeSpans(1));

      expect(code).toBe(1 - expected);
      expect(authorizations).toHaveLength(expected);
    },
  );

  it.each([
    ['sends to nobody who is not trusted', '', 0],
    ['sends to who is trusted', `, ca: ${JSON.stringify(pem('cert'))}`, 1],
  ])('%s when the process exits', async (_what, ca, expected) => {
    const { port, authorizations } = await openServer();
    const script = startScript(
      `const other = new DatadogSpanExporter({ url: process.env.DD_TRACE_AGENT_URL${ca} });
      const processor = new DatadogBatchSpanProcessor({ exporter: other });
      flushOnExit(processor, { blockOnExit: true });
      new NodeTracerProvider({ spanProcessors: [processor] }).getTracer('t').startSpan('s').end();
      process.exit(0);`,
      { agentUrl: `https://127.0.0.1:${port}` },
    );

    expect(await script.end).toMatchObject({ code: 0, stderr: '' });
    expect(authorizations).toHaveLength(expected);
  });
});
