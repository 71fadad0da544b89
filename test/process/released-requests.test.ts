import { expect, it } from 'vitest';
import { DIST } from '../support/built-modules.js';
import { openScriptedAgent } from '../support/scripted-agent.js';
import { runScript } from './released-script.js';

/**
 * Says whether anything is left of what a request had in an `AsyncLocalStorage`, after ten seconds at most, while
 * others use the socket that it opened.
 */
const SCRIPT = `
  import { AsyncLocalStorage } from 'node:async_hooks';
  import { DatadogSpanExporter } from '${DIST}';
  const requests = new AsyncLocalStorage();
  const exporter = new DatadogSpanExporter();
  const ids = { traceId: '72df520af2bde7a5240031ead750e5f3', spanId: '24003fafe5640a1c' };
  const times = { startTime: [1700000000, 0], endTime: [1700000001, 0] };
  const span = { name: 'n', spanContext: () => ids, ...times };
  const send = () => new Promise((resolve) => exporter.export([span], resolve));
  const serve = async () => {
    const request = {};
    await requests.run(request, send);
    return new WeakRef(request);
  };
  const ref = await serve();
  const deadline = performance.now() + 10_000;
  do {
    await send();
    globalThis.gc();
  } while (ref.deref() !== undefined && performance.now() < deadline);
  console.log(ref.deref() === undefined);
  process.exit();
`;

it('F17: a socket keeps nothing of the request that opened it', async () => {
  const agent = await openScriptedAgent();

  const run = await runScript(SCRIPT, { DD_TRACE_AGENT_URL: agent.url });

  expect(run).toEqual({ ended: 0, stdout: 'true\n', stderr: '' });
  expect(new Set(agent.requests.map(({ connection }) => connection)).size).toBe(1);
});
