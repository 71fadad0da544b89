// Counts what arrives of the spans of a process that ends: starts it with an Agent of its own, ends it
// if that is the script's part, and waits until it is gone.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { startDevAgent } from '../../dist/dev-agent.js';
import { WAYS } from './ways.mjs';

const DEADLINE_MILLIS = 60_000;

/** How many spans arrived, and how many of them more than once. */
export async function arrivals(way, setup) {
  const agent = await startDevAgent();
  try {
    await runToItsEnd(way, setup, agent.url);
    // What has reached this process by now is read before the answer to a later connection.
    await (await fetch(`${agent.url}/info`)).text();
    const ids = agent.spans.map(({ spanId }) => spanId);
    const spans = new Set(ids).size;
    return { spans, repeated: ids.length - spans };
  } finally {
    await agent.close();
  }
}

/** Resolves when nobody holds its output any more: neither it nor what it hosts. */
async function runToItsEnd(way, setup, agentUrl) {
  const { host, outside } = WAYS[way];
  const program = host === 'script' ? 'doomed.mjs' : 'host.mjs';
  const file = fileURLToPath(new URL(program, import.meta.url));
  const child = spawn(process.execPath, [file, way, setup], {
    env: { PATH: process.env.PATH, DD_TRACE_AGENT_URL: agentUrl },
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: DEADLINE_MILLIS,
    killSignal: 'SIGKILL',
  });
  const output = { stdout: '', stderr: '' };
  for (const stream of ['stdout', 'stderr']) {
    child[stream].setEncoding('utf8').on('data', (text) => void (output[stream] += text));
  }
  if (host === 'script') child.stdout.once('data', () => outside?.(child));
  await once(child, 'close');
  if (output.stdout !== 'ready\n') throw new Error(`${way}, ${setup}: ${output.stderr}`);
}
