import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { EXAMPLES } from '../package/built-package.js';
import { type NodeRun, runNode } from '../support/child-process.js';
import { writeModules } from '../support/code-modules.js';
import { modulesByName } from '../support/markdown-code.js';
import { openScriptedAgent, type ScriptedAgent } from '../support/scripted-agent.js';

const PAGE = fileURLToPath(new URL('../../docs/serverless.md', import.meta.url));
const RUNTIME = join(EXAMPLES, 'lambda', 'runtime.mjs');

/**
 * Calls a worker as a platform would that knows `waitUntil`, and ends when that allows it. Twice, as the first flush
 * has undici loaded, for which a busy machine takes all of its time.
 */
const EDGE = `
import worker from './worker.mjs';
let allowed;
const context = { waitUntil: (promise) => { allowed = promise; } };
for (let call = 0; call < 2; call++) {
  const response = await worker.fetch(new Request('http://localhost/'), {}, context);
  await allowed;
  console.log(await response.text());
}
process.exit();
`;

const modules = modulesByName(PAGE);

function run(agent: ScriptedAgent, ...args: readonly string[]): Promise<NodeRun> {
  const cwd = writeModules({ ...modules, 'edge.mjs': EDGE });
  return runNode(args, { cwd, env: { DD_TRACE_AGENT_URL: agent.url } });
}

describe('docs/serverless.md', () => {
  it.each([
    ['index.mjs', '{"statusCode":200,"body":"tea"}'],
    ['callback.mjs', '"tea"'],
    ['streaming.mjs', '"tea"'],
  ])('has a handler in %s whose spans are out before its result', async (file, result) => {
    const agent = await openScriptedAgent();

    const ran = await run(agent, RUNTIME, file, '{"item":"tea"}', '{"item":"tea"}');

    expect(ran).toEqual({ ended: 0, stdout: `${result}\n${result}\n`, stderr: '' });
    expect(agent.spans.map(({ resource }) => resource)).toEqual(['order', 'order']);
  });

  it('has a worker.mjs whose spans are out when waitUntil allows the end', async () => {
    const agent = await openScriptedAgent();

    const ran = await run(agent, 'edge.mjs');

    expect(ran).toEqual({ ended: 0, stdout: 'thank you\nthank you\n', stderr: '' });
    expect(agent.spans.map(({ resource }) => resource)).toEqual(['GET', 'GET']);
  });

  it('has no code that no test runs', () => {
    const files = ['index.mjs', 'callback.mjs', 'streaming.mjs', 'worker.mjs'];

    expect(Object.keys(modules).toSorted()).toEqual(['tracing.mjs', ...files].toSorted());
  });
});
