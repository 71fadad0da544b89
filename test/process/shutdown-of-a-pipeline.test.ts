import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { DIST } from '../support/built-modules.js';
import { runNode } from '../support/child-process.js';
import { temporaryDirectory } from '../support/temporary-directory.js';

const SDK = import.meta.resolve('@opentelemetry/sdk-trace-base');
const RESOURCES = import.meta.resolve('@opentelemetry/resources');

/** An Agent that takes everything and answers nothing. */
const PREPARE = `
  import { once } from 'node:events';
  import { createServer } from 'node:net';
  import { resourceFromAttributes } from '${RESOURCES}';
  import { BasicTracerProvider, BatchSpanProcessor } from '${SDK}';
  import { DatadogSpanExporter, ForkSafeSpanProcessor } from '${DIST}';
  const agent = createServer((socket) => socket.unref().resume());
  agent.listen(0, '127.0.0.1');
  await once(agent, 'listening');
  agent.unref();
  const exporter = new DatadogSpanExporter({
    url: 'http://127.0.0.1:' + agent.address().port, timeoutMillis: 60_000,
    attemptTimeoutMillis: 60_000,
  });
  const createProcessor = (to) => new BatchSpanProcessor(to);
  const spanProcessors = [new ForkSafeSpanProcessor({ exporter, createProcessor })];
  const resource = resourceFromAttributes(attributes);
  const provider = new BasicTracerProvider({ resource, spanProcessors });
  for (let i = 0; i < 100; i++) provider.getTracer('t').startSpan('s').end();
`;

// The batch processor waits for an export with a timer that keeps the process, for 30 s.
it.each([
  ['the Agent hangs', '{}', 100],
  ['resource attributes never come', "{ 'host.id': new Promise(() => {}) }", 0],
])('nothing keeps the process after a shutdown when %s', async (_why, attributes, received) => {
  const file = join(temporaryDirectory(), 'script.mjs');
  const end = `
    await provider.shutdown();
    console.log(exporter.stats().received);
    process.exitCode = 7;
  `;
  writeFileSync(file, `const attributes = ${attributes};${PREPARE}${end}`);

  const run = await runNode([file]);

  expect(run).toEqual({ ended: 7, stdout: `${received}\n`, stderr: '' });
});
