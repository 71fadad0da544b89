import { expect, it } from 'vitest';
import { DIST } from '../support/built-modules.js';
import { runNode } from '../support/child-process.js';
import { openScriptedAgent } from '../support/scripted-agent.js';

/** Says how many files were read while undici was loaded, and how many of them an instrumentation would trace. */
const SCRIPT = `
  import { createRequire, syncBuiltinESMExports } from 'node:module';
  import { context } from '@opentelemetry/api';
  import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
  import { isTracingSuppressed } from '@opentelemetry/core';
  import { DatadogSpanExporter } from '${DIST}';
  const exporter = new DatadogSpanExporter();
  const fs = createRequire(import.meta.url)('node:fs');
  const { readFileSync } = fs;
  const read = [];
  fs.readFileSync = (...args) => {
    read.push(isTracingSuppressed(context.active()));
    return readFileSync(...args);
  };
  syncBuiltinESMExports();
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
  const ids = { traceId: '72df520af2bde7a5240031ead750e5f3', spanId: '24003fafe5640a1c' };
  const times = { startTime: [1700000000, 0], endTime: [1700000001, 0] };
  const span = { name: 'n', spanContext: () => ids, ...times };
  await new Promise((resolve) => exporter.export([span], resolve));
  await exporter.shutdown();
  console.log(read.length > 50, read.filter((isSuppressed) => !isSuppressed).length);
`;

it('is not traced where instrumentation is set up after the exporter is made', async () => {
  const agent = await openScriptedAgent();

  const env = { DD_TRACE_AGENT_URL: agent.url };
  const run = await runNode(['--input-type=module', '--eval', SCRIPT], { env });

  expect(run).toEqual({ ended: 0, stdout: 'true 0\n', stderr: '' });
});
