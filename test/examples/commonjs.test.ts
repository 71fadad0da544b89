import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { EXAMPLES } from '../package/built-package.js';
import { runNode } from '../support/child-process.js';
import { openScriptedAgent } from '../support/scripted-agent.js';

describe('the example for CommonJS', () => {
  it('traces an app that knows nothing of it, to its last span', async () => {
    const agent = await openScriptedAgent();

    const run = await runNode(['--require', './tracing.cjs', 'app.cjs'], {
      cwd: join(EXAMPLES, 'commonjs'),
      env: { DD_TRACE_AGENT_URL: agent.url },
    });

    expect(run).toEqual({ ended: 0, stdout: 'hello\n', stderr: '' });
    expect(agent.traces).toHaveLength(1);
    const [server, client] = agent.spans.toSorted((a, b) => b.name.localeCompare(a.name));
    expect(server).toMatchObject({ name: 'http.server.request', resource: 'GET', type: 'web' });
    expect(client).toMatchObject({ name: 'http.client.request', resource: 'GET', parentId: 0n });
    expect(server?.parentId).toBe(client?.spanId);
    expect(agent.spans).toHaveLength(2);
    expect(agent.violations).toEqual([]);
  });

  it('says so if there is no Agent, and leaves the exit code alone', async () => {
    const agent = await openScriptedAgent();
    await agent.close();

    const run = await runNode(['--require', './tracing.cjs', 'app.cjs'], {
      cwd: join(EXAMPLES, 'commonjs'),
      env: { DD_TRACE_AGENT_URL: agent.url },
    });

    expect(run.ended).toBe(0);
    expect(run.stderr).toContain('2 spans lost');
  });
});
