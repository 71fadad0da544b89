import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { EXAMPLES } from '../package/built-package.js';
import { type NodeRun, runNode } from '../support/child-process.js';
import { openFaultServer } from '../support/fault-server.js';
import { readAll, stall } from '../support/fault-steps.js';
import { openScriptedAgent } from '../support/scripted-agent.js';

/** Invokes the function once per event, in one process. */
function invoke(url: string, ...events: readonly object[]): Promise<NodeRun> {
  const texts = events.map((event) => JSON.stringify(event));
  return runNode(['runtime.mjs', './handler.mjs', ...texts], {
    cwd: join(EXAMPLES, 'lambda'),
    env: { DD_TRACE_AGENT_URL: url },
  });
}

describe('the example for AWS Lambda', () => {
  it('has sent the spans of every invocation when the process ends without a drain', async () => {
    const agent = await openScriptedAgent();

    const run = await invoke(agent.url, { shelf: 'maps' }, { shelf: 'wine' }, { shelf: 'books' });

    expect(run).toEqual({
      ended: 0,
      stdout: [
        '{"statusCode":200,"items":1}',
        'failed: no shelf named wine',
        '{"statusCode":200,"items":3}',
        '',
      ].join('\n'),
      stderr: '',
    });
    expect(agent.spans.map(({ name, meta }) => [name, meta['shelf']])).toEqual([
      ['http.invoke', 'maps'],
      ['http.invoke', 'wine'],
      ['http.invoke', 'books'],
    ]);
  });

  it('answers within its time limit although the Agent hangs', async () => {
    const server = await openFaultServer({ scripts: [[readAll, stall]] });

    const run = await invoke(server.url, { shelf: 'maps' }, { shelf: 'books' });

    expect(run).toEqual({
      ended: 0,
      stdout: '{"statusCode":200,"items":1}\n{"statusCode":200,"items":3}\n',
      stderr: '',
    });
  });
});
