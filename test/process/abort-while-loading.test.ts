import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { DIST, PLAIN_SPAN } from '../support/built-modules.js';
import { runNode } from '../support/child-process.js';
import { openRawServer } from '../support/raw-server.js';
import { temporaryDirectory } from '../support/temporary-directory.js';

/**
 * Shuts down when the export has reached its connection, which takes microtasks, and undici is still
 * loading, which takes many more.
 */
const SCRIPT = `
  import { DatadogSpanExporter } from '${DIST}';
  import { plainSpan } from '${PLAIN_SPAN}';
  const exporter = new DatadogSpanExporter();
  const span = plainSpan('24003fafe5640a1c');
  exporter.export([span], ({ error }) => console.log(error.kind, error.attempts));
  for (let hop = 0; hop < 4; hop++) await undefined;
  await exporter.shutdown({ graceMillis: 0 });
`;

it('connects to nobody when it was aborted while undici was loading', async () => {
  const server = await openRawServer((socket) => socket.resume());
  const file = join(temporaryDirectory(), 'script.mjs');
  writeFileSync(file, SCRIPT);

  const run = await runNode([file], { env: { DD_TRACE_AGENT_URL: server.url } });

  expect(run).toEqual({ ended: 0, stdout: 'shutdown 0\n', stderr: '' });
  expect(server.accepted).toBe(0);
});
