import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';

const FAULTS = new URL('../faults/', import.meta.url);
const PAGE = new URL('../../docs/reliability.md', import.meta.url);

/** Ids in the first column of a table. */
function describedRows(): readonly string[] {
  const page = readFileSync(PAGE, 'utf8');
  return [...page.matchAll(/^\| ([A-Z]\d+) +\|/gm)].map(([, id = '']) => id);
}

/** Ids at the beginning of a test's name, one or several: "D3, D4, D9-…", "B1a". */
function testedRows(): readonly string[] {
  const names = readdirSync(FAULTS)
    .filter((file) => file.endsWith('.test.ts'))
    .map((file) => readFileSync(new URL(file, FAULTS), 'utf8'))
    .flatMap((source) => Array.from(source.matchAll(/['`]((?:[A-Z]\d+[a-z]?(?:, )?)+)[:'`-]/g)));
  const ids = names.flatMap(([, list = '']) => list.split(', '));
  return [...new Set(ids.map((id) => id.replace(/[a-z]$/, '')))];
}

describe('docs/reliability.md', () => {
  it('describes each fault that is tested, and nothing else', () => {
    expect(describedRows().toSorted()).toEqual(testedRows().toSorted());
    expect(describedRows().length).toBeGreaterThan(40);
  });

  it('describes no fault twice', () => {
    expect(new Set(describedRows()).size).toBe(describedRows().length);
  });
});
