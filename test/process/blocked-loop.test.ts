import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { temporaryDirectory } from '../examples/temporary-directory.js';
import { runNode } from '../support/child-process.js';

const DIST = new URL('../../dist/index.js', import.meta.url).href;

/**
 * The Agent, in a thread of its own, answers at once; the application computes until long after the
 * attempt and the export should have ended. Says how it went and how many requests there were.
 */
const SCRIPT = `
  import { Worker } from 'node:worker_threads';
  import { DatadogSpanExporter } from '${DIST}';
  const requests = new Int32Array(new SharedArrayBuffer(4));
  const agent = new Worker(\`
    const { parentPort, workerData: requests } = require('node:worker_threads');
    const server = require('node:http').createServer((request, response) => {
      request.resume().on('end', () => response.end('{}', () => Atomics.add(requests, 0, 1)));
    });
    server.listen(0, '127.0.0.1', () => parentPort.postMessage(server.address().port));
  \`, { eval: true, workerData: requests });
  const port = await new Promise((resolve) => agent.once('message', resolve));
  const traceId = '72df520af2bde7a5240031ead750e5f3';
  const span = {
    name: 'n', kind: 0, startTime: [1700000000, 0], endTime: [1700000001, 0], attributes: {},
    resource: { attributes: {} }, spanContext: () => ({ traceId, spanId: '24003fafe5640a1c' }),
  };
  const exporter = new DatadogSpanExporter({
    url: 'http://127.0.0.1:' + port, attemptTimeoutMillis: 400, timeoutMillis: 500,
  });
  await new Promise((resolve) => exporter.export([span], resolve)); // everything is loaded
  const result = new Promise((resolve) => exporter.export([span], resolve));
  for (let turn = 0; turn < 5; turn++) await new Promise(setImmediate); // it is on its way
  const start = performance.now();
  while (performance.now() - start < 700);
  const { code } = await result;
  console.log(code, exporter.stats().exported, Atomics.load(requests, 0));
  process.exit();
`;

it('a reply that arrived while the process was busy wins over the timers that expired', async () => {
  const file = join(temporaryDirectory(), 'script.mjs');
  writeFileSync(file, SCRIPT);

  expect(await runNode([file])).toEqual({ ended: 0, stdout: '0 2 2\n', stderr: '' });
});
