import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { EXAMPLES } from '../package/built-package.js';
import { runNode } from '../support/child-process.js';
import { openScriptedAgent } from '../support/scripted-agent.js';

const EXAMPLE = join(EXAMPLES, 'node-tracer-provider.mjs');

describe('the example for NodeTracerProvider', () => {
  it.each(['tcp', 'unix'] as const)('delivers all its spans over %s', async (transport) => {
    const agent = await openScriptedAgent(transport);

    const run = await runNode([EXAMPLE], {
      env: { DD_TRACE_AGENT_URL: agent.url },
    });

    expect(run).toEqual({
      ended: 0,
      stdout: 'spans: 3 received, 3 exported, 0 dropped\n',
      stderr: '',
    });
    const query = 'SELECT title FROM items WHERE shelf = $1';
    expect(agent.spans.map(({ name, resource, type }) => [name, resource, type])).toEqual([
      ['postgresql.query', query, 'sql'],
      ['postgresql.query', query, 'sql'],
      ['Internal', 'import catalogue', 'custom'],
    ]);
    expect(agent.traces).toHaveLength(1);
    expect(new Set(agent.spans.map(({ service }) => service))).toEqual(new Set(['node-example']));
    expect(agent.violations).toEqual([]);
  });

  it('says so and fails if there is no Agent', async () => {
    const agent = await openScriptedAgent();
    await agent.close();

    const run = await runNode([EXAMPLE], {
      env: { DD_TRACE_AGENT_URL: agent.url },
    });

    expect(run.ended).toBe(1);
    expect(run.stderr).toContain('3 spans lost');
  });
});
