import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { plainEnvironment } from '../package/child-command.js';
import { openScriptedAgent } from '../support/scripted-agent.js';
import { EXAMPLES } from './run-example.js';
import { getPage } from './web-client.js';

const WORKERS_TO_SEE = 6;
const stop: (() => void)[] = [];

afterEach(() => {
  for (const one of stop.splice(0)) one();
});

async function startCluster(agentUrl: string) {
  const primary = spawn(process.execPath, ['service.mjs'], {
    cwd: join(EXAMPLES, 'cluster'),
    env: { ...plainEnvironment(), DD_TRACE_AGENT_URL: agentUrl, PORT: '0' },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  stop.push(() => primary.kill('SIGKILL'));
  const line = await new Promise<unknown>((resolve) => primary.stdout.once('data', resolve));
  return { primary, port: Number(/\d+/.exec(String(line))) };
}

describe('the example for a cluster', () => {
  it('delivers a span for each request, though its workers leave all the time', async () => {
    const agent = await openScriptedAgent();
    const { primary, port } = await startCluster(agent.url);

    const pages: string[] = [];
    while (new Set(pages).size < WORKERS_TO_SEE) pages.push(await getPage(port));
    const isOver = once(primary, 'exit');
    primary.kill('SIGTERM');

    expect(await isOver).toEqual([0, null]);
    expect(agent.spans).toHaveLength(pages.length);
    expect(new Set(agent.spans.map(({ spanId }) => spanId)).size).toBe(pages.length);
  });
});
