import { readdirSync, readFileSync, statSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import packageJson from '../../package.json' with { type: 'json' };
import { runNode } from '../support/child-process.js';
import { markedTable, tableIn } from '../support/markdown-table.js';

const TESTS = new URL('../', import.meta.url);
const PAGE = new URL('../../docs/reliability.md', import.meta.url);
const ROLLOUT = fileURLToPath(new URL('../../scripts/agent-rollout.mjs', import.meta.url));
/** Rows that `npm test` does not show, by the script of package.json that does. */
const SHOWN_BY: Readonly<Record<string, string>> = { I12: 'test:sdks', J1: 'soak' };
/** It only computes, for 6 s where nothing else runs. */
const DEADLINE_MILLIS = 110_000;

/** Ids in the first column of a table. */
function describedRows(): readonly string[] {
  const page = readFileSync(PAGE, 'utf8');
  return [...page.matchAll(/^\| ([A-J]\d+) +\|/gm)].map(([, id = '']) => id);
}

/** Ids at the beginning of a test's name, one or several: "D3, D4, D9-…", "B1a", "H13: …". */
function testedRows(): readonly string[] {
  const names = readdirSync(TESTS, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.test.ts') || file.startsWith('faults/'))
    .filter((file) => !/\.(package|sdks)\.test\.ts$/.test(file))
    .filter((file) => statSync(new URL(file, TESTS)).isFile())
    .map((file) => readFileSync(new URL(file, TESTS), 'utf8'))
    .flatMap((source) => Array.from(source.matchAll(/['`]((?:[A-J]\d+[a-z]?(?:, )?)+)[:'`-]/g)));
  const ids = names.flatMap(([, list = '']) => list.split(', '));
  return [...new Set(ids.map((id) => id.replace(/[a-z]$/, '')))];
}

describe('docs/reliability.md', () => {
  it('describes each fault that is tested, and nothing else', () => {
    const shown = [...testedRows(), ...Object.keys(SHOWN_BY)];
    expect(describedRows().toSorted()).toEqual(shown.toSorted());
    expect(describedRows().length).toBeGreaterThan(100);
  });

  it.each(Object.entries(SHOWN_BY))('says of %s that `npm run %s` shows it', (id, script) => {
    expect(readFileSync(PAGE, 'utf8')).toContain(`\`npm run ${script}\` shows ${id}`);
    expect(packageJson.scripts).toHaveProperty([script]);
  });

  it('describes no fault twice', () => {
    expect(new Set(describedRows()).size).toBe(describedRows().length);
  });

  it(
    'says how many spans are lost while the Agent is away',
    async () => {
      const { ended, stdout, stderr } = await runNode([ROLLOUT], {
        deadlineMillis: DEADLINE_MILLIS,
      });

      expect({ ended, stderr }).toEqual({ ended: 0, stderr: '' });
      // Exactly: in virtual time nothing depends on the machine.
      expect(markedTable(readFileSync(PAGE, 'utf8'), 'agent-rollout')).toEqual(tableIn(stdout));
      expect(tableIn(stdout)).toHaveLength(13);
    },
    DEADLINE_MILLIS + 10_000,
  );
});
