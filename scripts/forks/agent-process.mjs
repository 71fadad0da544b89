// Owns an Agent in a process of its own, so that it takes no time of the process that is measured. Is
// both that process and what starts it.

import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

const SELF = fileURLToPath(import.meta.url);

export async function startAgentProcess() {
  const child = fork(SELF);
  const [url] = await once(child, 'message');
  return { url, stop: () => child.disconnect() };
}

if (process.argv[1] === SELF) {
  const { startDevAgent } = await import('../../dist/dev-agent.js');
  const agent = await startDevAgent();
  process.once('disconnect', () => void agent.close());
  process.send(agent.url);
}
