// Owns the tarball that would be published, packed from the build as it is. Does not look inside.

import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { checkBuild, REPOSITORY } from './built-package.js';
import { runNpm } from './npm-command.js';
import { temporaryDirectory } from './temporary-directory.js';

export interface PackedTarball extends AsyncDisposable {
  readonly path: string;
  readonly sizeBytes: number;
}

/** @throws Error without a current build, or if npm fails. */
export async function packTarball(): Promise<PackedTarball> {
  checkBuild();
  const directory = await temporaryDirectory();
  try {
    const path = await packInto(directory.path);
    const { size } = await stat(path);
    return { path, sizeBytes: size, [Symbol.asyncDispose]: directory[Symbol.asyncDispose] };
  } catch (error) {
    await directory[Symbol.asyncDispose]();
    throw error;
  }
}

async function packInto(directory: string): Promise<string> {
  // Without scripts: `prepack` would empty dist/ while other tests read it.
  const args = ['pack', '--ignore-scripts', '--pack-destination', directory];
  const { exitCode, stderr } = await runNpm(args, REPOSITORY);
  if (exitCode !== 0) throw new Error(`npm pack failed: ${stderr}`);
  const [name, ...more] = await readdir(directory);
  if (name === undefined || more.length > 0) throw new Error('npm pack made not just one file');
  return join(directory, name);
}
