// Owns the development Agents of tests: what they answer and when, and the rule that no payload may
// break the Agent's rules. Each is closed after its test, and fails it for any violation.

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach } from 'vitest';
import {
  type DevAgent,
  type DevAgentReply,
  startDevAgent,
  type WaitOptions,
} from '../../src/dev-agent/index.js';

/** A reply now, or when the test lets it go. */
type ScriptedReply = DevAgentReply | Promise<DevAgentReply>;

export interface ScriptedAgent extends DevAgent {
  /** What to answer to the next requests, in order; afterwards the normal reply again. */
  answer(...replies: readonly ScriptedReply[]): void;
}

export type Listening = 'tcp' | 'unix';

/** For processes that start on a busy machine. */
const PATIENCE = { timeoutMillis: 20_000 };

const opened: DevAgent[] = [];
const directories: string[] = [];

afterEach(async () => {
  const agents = opened.splice(0);
  await Promise.all(agents.map((agent) => agent.close()));
  for (const directory of directories.splice(0)) rmSync(directory, { recursive: true });
  for (const agent of agents) assertNoViolations(agent);
});

/** Starts an Agent on a free port or on a Unix socket in a directory of its own. */
export async function openScriptedAgent(over: Listening = 'tcp'): Promise<ScriptedAgent> {
  const script: ScriptedReply[] = [];
  const respond = (): ScriptedReply | undefined => script.shift();
  const address = over === 'unix' ? { socketPath: temporarySocketPath() } : { port: 0 };
  const agent = await startDevAgent({ ...address, respond });
  opened.push(agent);
  const waitForSpans = agent.waitForSpans.bind(agent);
  const waitForRequests = agent.waitForRequests.bind(agent);
  return Object.assign(agent, {
    waitForSpans: (count: number, options?: WaitOptions) =>
      waitForSpans(count, { ...PATIENCE, ...options }),
    waitForRequests: (count: number, options?: WaitOptions) =>
      waitForRequests(count, { ...PATIENCE, ...options }),
    answer: (...replies: readonly ScriptedReply[]) => void script.push(...replies),
  });
}

/** A path for a Unix socket, in a directory that is removed after the test. */
export function temporarySocketPath(name = 'apm.socket'): string {
  const directory = mkdtempSync(join(tmpdir(), 'dd-agent-'));
  directories.push(directory);
  return join(directory, name);
}

/** @throws Error that lists what the payloads of this Agent did wrong. */
export function assertNoViolations({ violations }: Pick<DevAgent, 'violations'>): void {
  if (violations.length === 0) return;
  const lines = violations.map(({ rule, path, message }) => `${rule} at ${path}: ${message}`);
  throw new Error(`The Agent objects to what was sent:\n${lines.join('\n')}`);
}
