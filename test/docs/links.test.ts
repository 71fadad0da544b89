import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const FOLDERS = ['', 'docs', 'test/fork', 'bench', 'interop', 'interop/instrumentation'];

const pages = FOLDERS.flatMap((folder) =>
  readdirSync(join(ROOT, folder))
    .filter((file) => file.endsWith('.md'))
    .map((file) => join(folder, file)),
);

/** Files that a page links to, relative to the root. */
function targetsOf(page: string): readonly string[] {
  const links = readFileSync(join(ROOT, page), 'utf8').matchAll(/\]\((?!https?:|#)([^)\s#]+)/g);
  return Array.from(links, ([, target = '']) => join(dirname(page), target));
}

it('every page links to files that are there', () => {
  const targets = pages.flatMap(targetsOf);

  expect(targets.filter((target) => !existsSync(join(ROOT, target)))).toEqual([]);
  expect(targets.length).toBeGreaterThan(100);
});
