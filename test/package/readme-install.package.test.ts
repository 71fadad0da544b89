// Owns the proof that the README's install command works in an empty project, where npm chooses the newest version of
// everything: on Node 22 and newer, that is another line of the SDK than on Node 20.

import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import manifest from '../../package.json' with { type: 'json' };
import { REPOSITORY } from './built-package.js';
import { runChild } from './child-command.js';
import { environmentOf, type NodeBinary, nodeOfLine, THIS_NODE } from './node-line.js';
import { runNpm } from './npm-command.js';
import { packTarball, type PackedTarball } from './packed-tarball.js';
import { temporaryDirectory } from './temporary-directory.js';

const README = await readFile(join(REPOSITORY, 'README.md'), 'utf8');
const COMMAND = /^npm install (.*)$/m.exec(README)?.[1]?.split(' ') ?? [];
/** As the README says, with the newest API and another SDK. */
const SDK_3 =
  /`npm install (@opentelemetry\/sdk-trace@3 [^`]+)`/.exec(README)?.[1]?.split(' ') ?? [];
const LOAD = `import('${manifest.name}').then(({ DatadogSpanExporter }) => console.log(typeof DatadogSpanExporter))`;

let tarball: PackedTarball;

beforeAll(async () => {
  tarball = await packTarball();
  return () => tarball[Symbol.asyncDispose]();
});

/** What npm and the installed package come to in an empty project. */
async function install(names: readonly string[], node: NodeBinary): Promise<readonly string[]> {
  await using directory = await temporaryDirectory();
  const cwd = directory.path;
  await writeFile(join(cwd, 'package.json'), '{}\n');
  const specs = names.map((name) => (name === manifest.name ? tarball.path : name));
  const installed = await runNpm(['install', ...specs], cwd, node);
  const args = ['--eval', LOAD];
  const loaded = await runChild(node, args, {
    cwd,
    env: environmentOf(node),
    timeoutMillis: 60_000,
  });
  return [installed.exitCode === 0 ? 'installed' : installed.stderr, loaded.stdout.trim()];
}

describe.each<[string, () => Promise<NodeBinary>]>([
  ['the running Node', () => Promise.resolve(THIS_NODE)],
  ['Node 24', () => nodeOfLine(24)],
])('in an empty project, with %s,', (_name, nodeOf) => {
  it("the README's install command works", async () => {
    expect(COMMAND).toContain(manifest.name);
    expect(await install(COMMAND, await nodeOf())).toEqual(['installed', 'function']);
  });

  it.each(['@opentelemetry/sdk-trace-node@1.30.1', '@opentelemetry/sdk-node'])(
    'so does one with %s',
    async (sdk) => {
      const names = [manifest.name, sdk, '@opentelemetry/api'];

      expect(await install(names, await nodeOf())).toEqual(['installed', 'function']);
    },
  );
});

it('on Node 24, what the README names for SDK 3.x can be installed beside it', async () => {
  expect(SDK_3).toHaveLength(2);
  const names = [manifest.name, ...SDK_3, '@opentelemetry/api'];

  expect(await install(names, await nodeOfLine(24))).toEqual(['installed', 'function']);
});
