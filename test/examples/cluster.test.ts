import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { EXAMPLES } from '../package/built-package.js';
import { startNode } from '../support/child-process.js';
import { openScriptedAgent } from '../support/scripted-agent.js';
import { getPage } from './web-client.js';

const WORKERS_TO_SEE = 6;

async function startCluster(agentUrl: string) {
  const primary = startNode(['service.mjs'], {
    cwd: join(EXAMPLES, 'cluster'),
    env: { DD_TRACE_AGENT_URL: agentUrl, PORT: '0' },
  });
  const [port] = /\d+/.exec(await primary.says('\n')) ?? [];
  return { primary, port: Number(port) };
}

describe('the example for a cluster', () => {
  it('delivers a span for each request, though its workers leave all the time', async () => {
    const agent = await openScriptedAgent();
    const { primary, port } = await startCluster(agent.url);

    const pages: string[] = [];
    while (new Set(pages).size < WORKERS_TO_SEE) pages.push(await getPage(port));
    primary.child.kill('SIGTERM');

    expect(await primary.end).toMatchObject({ code: 0, signal: null, stderr: '' });
    expect(agent.spans).toHaveLength(pages.length);
    expect(new Set(agent.spans.map(({ spanId }) => spanId)).size).toBe(pages.length);
  });
});
