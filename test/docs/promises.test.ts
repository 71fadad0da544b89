import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';

const ROOT = new URL('../../', import.meta.url);
const PAGE = readFileSync(new URL('docs/reliability.md', ROOT), 'utf8');
const [, promises = ''] = /^## What is promised[^\n]*\n(.*?)^## /ms.exec(PAGE) ?? [];

function matchesOf(pattern: RegExp): readonly string[] {
  return [...promises.matchAll(pattern)].map(([text]) => text);
}

describe('the promises of docs/reliability.md', () => {
  it('name tests that there are', () => {
    const paths = matchesOf(/\btest\/[\w/-]+/g);
    const isThere = (path: string): boolean =>
      [path, `${path}.test.ts`].some((name) => existsSync(new URL(name, ROOT)));

    expect(paths.filter((path) => !isThere(path))).toEqual([]);
    expect(paths.length).toBeGreaterThan(5);
  });

  it('name rows that there are', () => {
    const rows = matchesOf(/\b[A-Z]\d+\b/g);

    expect(rows.filter((row) => !new RegExp(`^\\| ${row} +\\|`, 'm').test(PAGE))).toEqual([]);
    expect(rows.length).toBeGreaterThan(20);
  });
});
