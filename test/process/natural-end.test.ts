import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { runNode } from '../examples/run-example.js';
import { temporaryDirectory } from '../examples/temporary-directory.js';
import { openFaultServer, type Script } from '../support/fault-server.js';
import { ACCEPT, answer, readAll, stall } from '../support/fault-steps.js';

const DIST = new URL('../../dist/index.js', import.meta.url).href;

/** All limits are far beyond the deadline of the test, so that whatever is left behind shows. */
const PREPARE = `
  import { DatadogSpanExporter } from '${DIST}';
  const traceId = '72df520af2bde7a5240031ead750e5f3';
  const span = {
    name: 'n', kind: 0, startTime: [1700000000, 0], endTime: [1700000001, 0], attributes: {},
    resource: { attributes: {} }, spanContext: () => ({ traceId, spanId: '24003fafe5640a1c' }),
  };
  const limits = {
    timeoutMillis: 60_000, attemptTimeoutMillis: 60_000, connectTimeoutMillis: 60_000,
    flushTimeoutMillis: 60_000, graceMillis: 60_000,
  };
  const life = new AbortController();
  const exporter = new DatadogSpanExporter({ ...limits, signal: life.signal });
  const result = new Promise((resolve) => exporter.export([span], resolve));
  const turns = async () => {
    for (let turn = 0; turn < 200; turn++) await new Promise(setImmediate);
  };
`;

it.each<[string, Script, string]>([
  ['an export', ACCEPT, 'await result;'],
  ['a refused export', answer(400), 'await result;'],
  ['a flush', ACCEPT, 'await exporter.forceFlush();'],
  ['an abort while the reply is awaited', [readAll, stall], 'await turns(); life.abort();'],
  ['a shutdown without grace', [readAll, stall], 'await exporter.shutdown({ graceMillis: 0 });'],
  ['a shutdown', ACCEPT, 'await exporter.shutdown();'],
])('nothing keeps the process after %s', async (_what, script, then) => {
  const server = await openFaultServer({ scripts: [script] });
  const file = join(temporaryDirectory(), 'script.mjs');
  writeFileSync(file, PREPARE + then);

  const run = await runNode([file], { env: { DD_TRACE_AGENT_URL: server.url } });

  expect(run).toEqual({ ended: 0, stdout: '', stderr: '' });
});

it('nothing keeps the process after an abort while it connects', async () => {
  const server = await openFaultServer({ scripts: [[stall]] }); // no TLS handshake ever
  const file = join(temporaryDirectory(), 'script.mjs');
  writeFileSync(file, `${PREPARE} await turns(); life.abort();`);

  const url = server.url.replace('http:', 'https:');
  const run = await runNode([file], { env: { DD_TRACE_AGENT_URL: url } });

  expect(run).toEqual({ ended: 0, stdout: '', stderr: '' });
  expect(server.accepted).toBe(1);
});
