// Owns where the repository, its build and its examples are, and the check that the build is there and current: a
// proof about an old build would prove nothing. Builds nothing itself.

import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';

/** The root of the repository. */
export const REPOSITORY: string = join(import.meta.dirname, '..', '..');
export const DIST: string = join(REPOSITORY, 'dist');
export const EXAMPLES: string = join(REPOSITORY, 'examples');

/** @throws Error if there is no build, or if a source file is newer. */
export function checkBuild(): void {
  const entry = join(DIST, 'index.js');
  if (!existsSync(entry)) throw new Error('there is no dist/index.js: run `npm run build` first');
  const built = statSync(entry).mtimeMs;
  const sources = readdirSync(join(REPOSITORY, 'src'), { recursive: true, encoding: 'utf8' });
  const newer = sources.find(
    (file) => file.endsWith('.ts') && statSync(join(REPOSITORY, 'src', file)).mtimeMs > built,
  );
  if (newer !== undefined) {
    throw new Error(`dist/ is older than src/${newer}: run \`npm run build\` first`);
  }
}
