import { cpSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { EXAMPLES, REPOSITORY } from '../package/built-package.js';
import { runNpm } from '../package/npm-command.js';
import { packTarball } from '../package/packed-tarball.js';
import { type NodeRun, runNode } from '../support/child-process.js';
import { codeBlocks } from '../support/markdown-code.js';
import { openScriptedAgent } from '../support/scripted-agent.js';
import { temporaryDirectory } from '../support/temporary-directory.js';

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
async function runReadme(cwd: string, env: Readonly<Record<string, string>>): Promise<NodeRun> {
  const blocks = codeBlocks(join(REPOSITORY, 'README.md'));
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
  await using tarball = await packTarball();
  const manifest = join(directory, 'package.json');
  const text = readFileSync(manifest, 'utf8');
  expect(text).toContain('file:../..');
  writeFileSync(manifest, text.replace('file:../..', `file:${tarball.path}`));
  const { exitCode, stderr } = await runNpm(['install', '--no-audit', '--no-fund'], directory);
  expect({ exitCode, stderr }).toMatchObject({ exitCode: 0 });
}
