import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { EXAMPLES } from '../package/built-package.js';
import { runNode } from '../support/child-process.js';
import { openScriptedAgent } from '../support/scripted-agent.js';
import { temporaryDirectory } from './temporary-directory.js';

const BUILD = join(EXAMPLES, 'bundle', 'build.mjs');

describe('the example for bundles', () => {
  it.each([
    ['a CommonJS file', 'app.cjs', []],
    ['a minified CommonJS file', 'app.cjs', ['--minify']],
    ['an ES module', 'app.mjs', ['--esm']],
    ['a minified ES module', 'app.mjs', ['--esm', '--minify']],
  ])('delivers its span from %s without node_modules', async (_, file, flags) => {
    const agent = await openScriptedAgent();
    const cwd = temporaryDirectory();
    const build = await runNode([BUILD, join(cwd, file), ...flags]);
    expect(build).toEqual({ ended: 0, stdout: '', stderr: '' });
    expect(readdirSync(cwd)).toEqual([file]);

    const run = await runNode([file], { cwd, env: { DD_TRACE_AGENT_URL: agent.url } });

    expect(run).toEqual({
      ended: 0,
      stdout: 'spans: 1 received, 1 exported, 0 dropped\n',
      stderr: '',
    });
    expect(agent.spans).toMatchObject([
      { service: 'bundle-example', name: 'Internal', resource: 'work in one file' },
    ]);
    expect(agent.violations).toEqual([]);
  });
});
