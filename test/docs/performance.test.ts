import { copyFileSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { runNode } from '../support/child-process.js';
import { temporaryDirectory } from '../support/temporary-directory.js';

const DOCS = fileURLToPath(new URL('../../docs', import.meta.url));
const RENDER = fileURLToPath(new URL('../../bench/render.mjs', import.meta.url));
/** Of the files that belong to the page, by name. */
function contentsOf(directory: string): Record<string, string> {
  const names = readdirSync(directory).filter((name) => name.startsWith('performance'));
  return Object.fromEntries(
    names.map((name) => [name, readFileSync(join(directory, name), 'utf8')]),
  );
}

describe('docs/performance.md', () => {
  it('shows, with its charts, what performance.json says', async () => {
    const directory = temporaryDirectory();
    for (const name of ['performance.json', 'performance.md']) {
      copyFileSync(join(DOCS, name), join(directory, name));
    }

    const ran = await runNode([RENDER, directory]);

    expect(ran).toEqual({ ended: 0, stdout: '', stderr: '' });
    expect(contentsOf(directory)).toEqual(contentsOf(DOCS));
  });
});
