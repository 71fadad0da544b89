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

/**
 * No page if the connection was reset: `node:cluster` loses some that it hands to a worker which leaves just then.
 * Nobody has read such a request, so that it has no span.
 */
async function pageOf(port: number): Promise<readonly string[]> {
  try {
    return [await getPage(port)];
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ECONNRESET') return [];
    throw error;
  }
}

describe('the example for a cluster', () => {
  it('delivers a span for each request, though its workers leave all the time', async () => {
    const agent = await openScriptedAgent();
    const { primary, port } = await startCluster(agent.url);

    const pages: string[] = [];
    while (new Set(pages).size < WORKERS_TO_SEE) pages.push(...(await pageOf(port)));
    primary.child.kill('SIGTERM');

    expect(await primary.end).toMatchObject({ code: 0, signal: null, stderr: '' });
    expect(agent.spans).toHaveLength(pages.length);
    expect(new Set(agent.spans.map(({ spanId }) => spanId)).size).toBe(pages.length);
  });
});
