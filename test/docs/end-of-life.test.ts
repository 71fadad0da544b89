import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { type NodeRun, runNode } from '../support/child-process.js';
import { writeModules } from '../support/code-modules.js';
import { modulesByName } from '../support/markdown-code.js';
import { markedTable, tableIn } from '../support/markdown-table.js';
import { openScriptedAgent, type ScriptedAgent } from '../support/scripted-agent.js';

const PAGE = fileURLToPath(new URL('../../docs/end-of-life.md', import.meta.url));
const SCRIPT = fileURLToPath(new URL('../../scripts/end-of-life.mjs', import.meta.url));
/** 57 process trees; 5 s where nothing else runs. */
const DEADLINE_MILLIS = 110_000;

const modules = modulesByName(PAGE);

/** Ends a span after it has imported `setup`, and ends itself by `ending`. */
function application(setup: string, ending: string): string {
  return `
    import { trace } from '@opentelemetry/api';
    import './${setup}';
    trace.getTracer('shop').startSpan('order').end();
    ${ending}
  `;
}

function run(agent: ScriptedAgent, file: string, main = ''): Promise<NodeRun> {
  const cwd = writeModules({ ...modules, 'main.mjs': main });
  return runNode([file], { cwd, env: { DD_TRACE_AGENT_URL: agent.url } });
}

describe('docs/end-of-life.md', () => {
  it(
    'says of every ending what really arrives',
    async () => {
      const { ended, stdout, stderr } = await runNode([SCRIPT], {
        deadlineMillis: DEADLINE_MILLIS,
      });

      expect({ ended, stderr }).toEqual({ ended: 0, stderr: '' });
      expect(markedTable(readFileSync(PAGE, 'utf8'), 'end-of-life')).toEqual(tableIn(stdout));
      expect(tableIn(stdout)).toHaveLength(20);
    },
    DEADLINE_MILLIS + 10_000,
  );

  it.each([
    ['tracing.mjs', 'nothing left to do', '', 0],
    ['flush.mjs', 'nothing left to do', '', 1],
    ['flush.mjs', 'process.exit()', 'process.exit();', 0],
    ['block.mjs', 'process.exit()', 'process.exit();', 1],
  ])(
    'has a setup %s that at the end by %s delivers as it says',
    async (setup, _, ending, spans) => {
      const agent = await openScriptedAgent();

      const ran = await run(agent, 'main.mjs', application(setup, ending));

      expect(ran).toEqual({ ended: 0, stdout: '', stderr: '' });
      expect(agent.spans).toHaveLength(spans);
    },
  );

  it('has a thread that delivers before it is terminated', async () => {
    const agent = await openScriptedAgent();

    const ran = await run(agent, 'parent.mjs');

    expect(ran).toEqual({ ended: 0, stdout: '', stderr: '' });
    expect(agent.spans.map(({ resource }) => resource)).toEqual(['resize']);
  });

  it('has no code that no test runs', () => {
    const setups = ['tracing.mjs', 'flush.mjs', 'block.mjs'];

    expect(Object.keys(modules).toSorted()).toEqual(
      [...setups, 'thread.mjs', 'parent.mjs'].toSorted(),
    );
  });
});
