import { execFile } from 'node:child_process';
import { cpSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { codeBlocks } from '../support/markdown-code.js';
import { openScriptedAgent } from '../support/scripted-agent.js';
import { EXAMPLES, type ExampleRun, runNode } from './run-example.js';
import { temporaryDirectory } from './temporary-directory.js';

const run = promisify(execFile);
const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const INSTALL_MILLIS = 120_000;

describe('the example for SDK 3', () => {
  it(
    'and that of the README deliver all their spans through the packed package',
    async () => {
      const agent = await openScriptedAgent();
      const cwd = temporaryDirectory();
      await installExample(cwd);
      const env = { DD_TRACE_AGENT_URL: agent.url };

      const example = await runNode(['index.mjs'], { cwd, env });

      expect(example).toEqual({
        ended: 0,
        stdout: 'spans: 3 received, 3 exported, 0 dropped\n',
        stderr: '',
      });
      expect(agent.traces).toHaveLength(1);
      const root = agent.spans.find(({ parentId }) => parentId === 0n);
      expect(agent.spans).toMatchObject([
        { service: 'sdk-3-example', resource: 'knead dough', parentId: root?.spanId },
        { service: 'sdk-3-example', resource: 'heat oven', parentId: root?.spanId },
        { service: 'sdk-3-example', resource: 'bake bread', parentId: 0n },
      ]);
      agent.reset();
      const fromReadme = await runReadme(cwd, env);

      expect(fromReadme).toEqual({ ended: 0, stdout: '', stderr: '' });
      expect(agent.spans).toMatchObject([{ service: 'shop', resource: 'checkout' }]);
    },
    INSTALL_MILLIS,
  );
});

/** Runs the README's code for SDK 3 where the example is installed. */
async function runReadme(cwd: string, env: Readonly<Record<string, string>>): Promise<ExampleRun> {
  const blocks = codeBlocks(join(ROOT, 'README.md'));
  const [code = ''] = blocks.flatMap((block) => (block.info === 'js sdk-3' ? block.code : []));
  writeFileSync(join(cwd, 'readme.mjs'), code);
  return runNode(['readme.mjs'], { cwd, env });
}

/** Copies the example, and installs it with the packed package instead of the one in its place. */
async function installExample(directory: string): Promise<void> {
  cpSync(join(EXAMPLES, 'sdk-3'), directory, {
    recursive: true,
    filter: (path) => !path.includes('node_modules'),
  });
  // Without scripts: a build would empty dist/ under the feet of other tests.
  await run('npm', ['pack', '--ignore-scripts', '--pack-destination', directory], { cwd: ROOT });
  const tarball = readdirSync(directory).find((name) => name.endsWith('.tgz'));
  const manifest = join(directory, 'package.json');
  const text = readFileSync(manifest, 'utf8');
  expect(text).toContain('file:../..');
  writeFileSync(manifest, text.replace('file:../..', `file:./${tarball}`));
  await run('npm', ['install', '--no-audit', '--no-fund'], { cwd: directory });
}
