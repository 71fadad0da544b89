// Owns running a program that looks at what it still holds of the package.

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type NodeRun, runNode } from '../support/child-process.js';
import { openFaultServer } from '../support/fault-server.js';
import { readAll, stall } from '../support/fault-steps.js';
import { temporaryDirectory } from '../support/temporary-directory.js';

export function runScript(
  source: string,
  env: Readonly<Record<string, string>> = {},
): Promise<NodeRun> {
  const file = join(temporaryDirectory(), 'script.mjs');
  writeFileSync(file, source);
  return runNode(['--expose-gc', file], { env });
}

/** Runs it with an Agent that never answers. */
export async function runWhileHanging(source: string): Promise<NodeRun> {
  const server = await openFaultServer({ scripts: [[readAll, stall]] });
  return runScript(source, { DD_TRACE_AGENT_URL: server.url });
}
