import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { DIST, PLAIN_SPAN } from '../support/built-modules.js';
import { runNode } from '../support/child-process.js';
import { temporaryDirectory } from '../support/temporary-directory.js';

/**
 * An Agent inside the process, which does not keep it; `isReached` settles with its first byte or its
 * first connection. All limits are far beyond the deadline of the test, so that what is left shows.
 */
const PREPARE = `
  import { once } from 'node:events';
  import { createRequire } from 'node:module';
  import { plainSpan } from '${PLAIN_SPAN}';
  import { createServer } from 'node:net';
  import { DatadogSpanExporter } from '${DIST}';
  const agent = createServer();
  agent.listen(0, '127.0.0.1');
  await once(agent, 'listening');
  agent.unref();
  const isConnected = once(agent, 'connection');
  const isReached = isConnected.then(([socket]) => {
    socket.unref();
    socket.once('data', () => {
      if (answer !== '') socket.write('HTTP/1.1 ' + answer + '\\r\\nContent-Length: 2\\r\\n\\r\\n{}');
    });
    return once(socket, 'data');
  });
  const span = plainSpan('24003fafe5640a1c');
  const life = new AbortController();
  const exporter = new DatadogSpanExporter({
    url: scheme + '://127.0.0.1:' + agent.address().port, signal: life.signal,
    timeoutMillis: 60_000, attemptTimeoutMillis: 60_000, connectTimeoutMillis: 60_000,
    flushTimeoutMillis: 60_000, graceMillis: 60_000,
  });
  const result = new Promise((resolve) => exporter.export([span], resolve));
`;

interface Way {
  readonly what: string;
  readonly end: string;
  /** Status line; empty for no answer. */
  readonly answer?: string;
  readonly scheme?: 'http' | 'https';
}

const ways: readonly Way[] = [
  { what: 'an export', answer: '200 OK', end: 'await result;' },
  { what: 'a refused export', answer: '400 X', end: 'await result;' },
  { what: 'a flush', answer: '200 OK', end: 'await exporter.forceFlush();' },
  { what: 'a shutdown', answer: '200 OK', end: 'await exporter.shutdown();' },
  { what: 'an abort while the reply is awaited', end: 'await isReached; life.abort();' },
  {
    what: 'an abort while the TLS handshake hangs',
    scheme: 'https',
    end: 'await isConnected; life.abort();',
  },
  {
    what: 'a shutdown without grace',
    end: 'await isReached; await exporter.shutdown({ graceMillis: 0 });',
  },
  {
    what: 'lost spans that it has not told of yet',
    answer: '200 OK',
    end: `
      const { diag } = createRequire('${DIST}')('@opentelemetry/api');
      const hear = () => undefined;
      diag.setLogger({ error: hear, warn: hear, info: hear, debug: hear, verbose: hear });
      await result;
      const bad = plainSpan('malformed');
      for (let count = 0; count < 3; count++) {
        await new Promise((resolve) => exporter.export([bad], resolve));
      }
    `,
  },
];

it.each(ways)(
  'nothing keeps the process after $what',
  async ({ answer = '', scheme = 'http', end }) => {
    const file = join(temporaryDirectory(), 'script.mjs');
    const settings = `const answer = '${answer}'; const scheme = '${scheme}';`;
    writeFileSync(file, `${settings}${PREPARE}${end} process.exitCode = 7;`);

    const run = await runNode([file]);

    // The code says that it came to the end of the script.
    expect(run).toEqual({ ended: 7, stdout: '', stderr: '' });
  },
);
