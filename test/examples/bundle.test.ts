import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'esbuild';
import { describe, expect, it } from 'vitest';
import { EXAMPLES } from '../package/built-package.js';
import { runNode } from '../support/child-process.js';
import { openScriptedAgent } from '../support/scripted-agent.js';
import { temporaryDirectory } from '../support/temporary-directory.js';

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
    const built = await runNode([BUILD, join(cwd, file), ...flags]);
    expect(built).toEqual({ ended: 0, stdout: '', stderr: '' });
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

it('an ES module that is bundled without the banner of the example says what it lacks', async () => {
  const file = join(temporaryDirectory(), 'app.mjs');
  const exporter = new URL('../../dist/index.js', import.meta.url).pathname;
  const contents = `
    import { DatadogSpanExporter } from ${JSON.stringify(exporter)};
    const ids = { traceId: '72df520af2bde7a5240031ead750e5f3', spanId: '24003fafe5640a1c' };
    const span = { name: 'n', spanContext: () => ids, startTime: [1, 0], endTime: [2, 0] };
    new DatadogSpanExporter().export([span], ({ error }) => console.log(error.message));
  `;
  const options = { bundle: true, platform: 'node', format: 'esm', outfile: file } as const;
  await build({ ...options, stdin: { contents, resolveDir: EXAMPLES } });

  const { stdout } = await runNode([file], { cwd: temporaryDirectory() });

  expect(stdout).toContain('no connection to the Agent: ');
  expect(stdout).toContain('undici could not be loaded: ');
  expect(stdout).toContain('Dynamic require of "');
});
