import { expect, it } from 'vitest';
import { openAnsweringServer, tlsServer } from '../support/answering-server.js';
import { refusedUrl } from '../support/raw-server.js';
import { startScript } from './script.js';

it.each([
  ['0', 'exported: 1,'],
  ['1', 'exported: 0,'],
])('blockOnExit trusts as NODE_TLS_REJECT_UNAUTHORIZED=%s says', async (value, expected) => {
  const { port } = await openAnsweringServer(tlsServer(), '127.0.0.1');
  const script = startScript(
    `const over = new DatadogSpanExporter({ url: 'https://127.0.0.1:${port}' });
     const own = new NodeTracerProvider({ spanProcessors: [new BatchSpanProcessor(over)] });
     flushOnExit([own, over], { blockOnExit: true, timeoutMillis: 10_000 });
     own.getTracer('own').startSpan('secret').end();
     process.on('exit', () => console.log(over.stats()));
     process.exit(0);`,
    { agentUrl: await refusedUrl(), env: { NODE_TLS_REJECT_UNAUTHORIZED: value } },
  );

  expect((await script.end).stdout).toContain(expected);
});
