// Owns the proof of what is in the tarball that would be published, and that the linters of packages
// find nothing in it.

import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { publint } from 'publint';
import { beforeAll, describe, expect, it } from 'vitest';

import packageJson from '../../package.json' with { type: 'json' };
import { plainEnvironment } from '../support/plain-environment.js';
import { REPOSITORY } from './built-package.js';
import { runChild } from './child-command.js';
import { readContents } from './package-contents.js';
import { packTarball, type PackedTarball } from './packed-tarball.js';

const FILES = [
  'CHANGELOG.md',
  'LICENSE',
  'NOTICE',
  'README.md',
  'dist/dev-agent.cjs',
  'dist/dev-agent.d.cts',
  'dist/dev-agent.d.ts',
  'dist/dev-agent.js',
  'dist/fork.cjs',
  'dist/fork.d.cts',
  'dist/fork.d.ts',
  'dist/fork.js',
  'dist/index.cjs',
  'dist/index.d.cts',
  'dist/index.d.ts',
  'dist/index.js',
  'package.json',
];
/** Twice over, ESM and CommonJS, 2 kB to grow; comments would add 60 kB, undici alone would add 400 kB. */
const MAX_SIZE_BYTES = 224_000;
const DEADLINE_MILLIS = 60_000;

let tarball: PackedTarball;
let contents: ReadonlyMap<string, string>;

beforeAll(async () => {
  tarball = await packTarball();
  contents = await readContents(tarball);
  return () => tarball[Symbol.asyncDispose]();
}, DEADLINE_MILLIS);

describe('the tarball', () => {
  it('holds exactly the files that users need', () => {
    expect([...contents.keys()]).toEqual(FILES);
  });

  it('is small', () => {
    expect(tarball.sizeBytes).toBeLessThan(MAX_SIZE_BYTES);
  });

  it('runs nothing when it is installed', () => {
    const scripts = Object.keys(packageJson.scripts);

    expect(scripts.filter((name) => /^(?:pre|post)?install$|^prepare$/u.test(name))).toEqual([]);
    expect([...contents.keys()].filter((path) => path.endsWith('binding.gyp'))).toEqual([]);
  });

  it('points to no source map that it does not hold', () => {
    const dangling = [...contents].flatMap(([path, text]) =>
      [...text.matchAll(/sourceMappingURL=(\S+)/gu)]
        .map(([, target = '']) => join(path, '..', target))
        .filter((target) => !contents.has(target)),
    );

    expect(dangling).toEqual([]);
  });

  it('names no file or user of the machine that built it', () => {
    const leaking = [...contents].filter(([, text]) => text.includes(REPOSITORY));

    expect(leaking.map(([path]) => path)).toEqual([]);
  });
});

describe('linters of packages', () => {
  it('publint finds nothing', async () => {
    const { buffer, byteOffset, byteLength } = await readFile(tarball.path);
    const { messages } = await publint({
      pack: { tarball: buffer.slice(byteOffset, byteOffset + byteLength) },
      strict: true,
    });

    expect(messages).toEqual([]);
  });

  it(
    'attw resolves the types of all entries as the JavaScript beside them',
    async () => {
      const command = join(REPOSITORY, 'node_modules', '@arethetypeswrong', 'cli', 'dist');
      const options = ['--no-definitely-typed', '--format', 'json'];
      const child = await runChild(
        process.execPath,
        [join(command, 'index.js'), ...options, tarball.path],
        { cwd: REPOSITORY, env: plainEnvironment(), timeoutMillis: DEADLINE_MILLIS },
      );

      expect(child).toMatchObject({ exitCode: 0, stderr: '' });
      expect(JSON.parse(child.stdout)).toMatchObject({
        analysis: { entrypoints: { '.': {}, './fork': {}, './dev-agent': {} } },
      });
    },
    DEADLINE_MILLIS,
  );
});
