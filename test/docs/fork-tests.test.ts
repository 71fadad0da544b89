import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { tableIn } from '../support/markdown-table.js';

const PAGE = new URL('../fork/README.md', import.meta.url);
const PATH = /\]\((.+)\)$/;

const [, ...rows] = tableIn(readFileSync(PAGE, 'utf8'));

/** Whether a test of this file has this name, which may have placeholders. */
function hasTest(link: string, name: string): boolean {
  const source = readFileSync(new URL(PATH.exec(link)?.[1] ?? '', PAGE), 'utf8');
  return ["'", '"', '`'].some((quote) => source.includes(quote + name + quote));
}

describe('the list of the tests of forks', () => {
  it.each(rows)('has for %s, which is that %s, in %s a test: %s', (_id, _what, link, name) => {
    expect(hasTest(link ?? '', name ?? '')).toBe(true);
  });

  it('is in order, and lacks none of its ids', () => {
    const ids = [...new Set(rows.map(([id = '']) => Number(id.slice(1))))];

    expect(ids).toEqual(ids.toSorted((a, b) => a - b));
    expect(ids).toHaveLength(45);
  });
});
