// Owns the modules that tests write from code on a page: files inside the repository, where the package
// resolves to itself. Removed after the test.

import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach } from 'vitest';

const REPOSITORY = fileURLToPath(new URL('../..', import.meta.url));
const directories: string[] = [];

afterEach(() => {
  for (const directory of directories.splice(0)) rmSync(directory, { recursive: true });
});

/**
 * Writes code by file name into a directory of its own, and returns that.
 *
 * @param packageFolder The folder whose packages the code finds.
 */
export function writeModules(
  modules: Readonly<Record<string, string>>,
  packageFolder: string = REPOSITORY,
): string {
  const parent = join(packageFolder, '.tmp');
  mkdirSync(parent, { recursive: true });
  const directory = mkdtempSync(join(parent, 'page-'));
  directories.push(directory);
  for (const [name, code] of Object.entries(modules)) writeFileSync(join(directory, name), code);
  return directory;
}
