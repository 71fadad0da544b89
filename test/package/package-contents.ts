// Owns reading a packed tarball: the names of its files, and their text. Changes nothing.

import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { plainEnvironment } from '../support/plain-environment.js';
import { runChild } from './child-command.js';
import type { PackedTarball } from './packed-tarball.js';
import { temporaryDirectory } from './temporary-directory.js';

const DEADLINE_MILLIS = 20_000;

/** The text of each file by its path within the package, in order of the path. */
export async function readContents(tarball: PackedTarball): Promise<ReadonlyMap<string, string>> {
  await using directory = await temporaryDirectory();
  const { exitCode, stderr } = await runChild('tar', ['-xzf', tarball.path], {
    cwd: directory.path,
    env: plainEnvironment(),
    timeoutMillis: DEADLINE_MILLIS,
  });
  if (exitCode !== 0) throw new Error(`tar failed: ${stderr}`);
  const root = join(directory.path, 'package');
  const entries = await readdir(root, { recursive: true, withFileTypes: true });
  const paths = entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
  const texts = await Promise.all(
    paths
      .toSorted()
      .map(async (path): Promise<[string, string]> => [
        path.slice(root.length + 1),
        await readFile(path, 'utf8'),
      ]),
  );
  return new Map(texts);
}
