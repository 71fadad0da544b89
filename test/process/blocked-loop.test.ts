import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { DIST, PLAIN_SPAN } from '../support/built-modules.js';
import { runNode } from '../support/child-process.js';
import { temporaryDirectory } from '../support/temporary-directory.js';

/**
 * The Agent, in a thread of its own, answers at once; the application computes until long after the
 * attempt and the export should have ended. Says how it went and how many requests there were.
 */
const SCRIPT = `
  import { Worker } from 'node:worker_threads';
  import { plainSpan } from '${PLAIN_SPAN}';
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
  const span = plainSpan('24003fafe5640a1c');
  const url = 'http://127.0.0.1:' + port;
  const first = new DatadogSpanExporter({ url });
  await new Promise((resolve) => first.export([span], resolve)); // everything is loaded
  const exporter = new DatadogSpanExporter({ url, attemptTimeoutMillis: 400, timeoutMillis: 500 });
  await new Promise((resolve) => exporter.export([span], resolve)); // a connection is open
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

  expect(await runNode([file])).toEqual({ ended: 0, stdout: '0 2 3\n', stderr: '' });
});
