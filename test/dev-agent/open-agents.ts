// Owns the development Agents that a test starts, and closes them after it.

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach } from 'vitest';
import { startDevAgent, type DevAgent, type DevAgentOptions } from '../../src/dev-agent/index.js';

const agents: DevAgent[] = [];
const directories: string[] = [];

afterEach(async () => {
  await Promise.all(agents.splice(0).map((agent) => agent.close()));
  for (const directory of directories.splice(0)) rmSync(directory, { recursive: true });
});

export async function openAgent(options?: DevAgentOptions): Promise<DevAgent> {
  const agent = await startDevAgent(options);
  agents.push(agent);
  return agent;
}

/** A path for a Unix socket, in a directory that is removed after the test. */
export function freeSocketPath(): string {
  const directory = mkdtempSync(join(tmpdir(), 'dev-agent-'));
  directories.push(directory);
  return join(directory, 'apm.socket');
}
