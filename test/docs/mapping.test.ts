import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { INTENDED } from '../../interop/intended-differences.js';

const FILE = join(fileURLToPath(new URL('../../docs', import.meta.url)), 'mapping.md');
const BETWEEN = /(?<=<!-- differences -->\n)[\s\S]*(?=<!-- \/differences -->)/;

/** One row for all fields that differ in the same way for the same reason. */
function table(): string {
  const rows = new Map<string, Set<string>>();
  for (const { key, shown = `\`${key}\``, direction, reason, mode } of INTENDED) {
    const where = mode === 'current' ? `${reason} (Agents that convert v0.4)` : reason;
    const row = `${direction} | ${where}`;
    rows.set(row, (rows.get(row) ?? new Set()).add(shown));
  }
  const lines = [...rows].map(([row, keys]) => `| ${[...keys].join(', ')} | ${row} |`);
  return ['', '| field | which | why |', '| --- | --- | --- |', ...lines, '', ''].join('\n');
}

/** Without what a formatter does to a table. */
function plain(markdown: string): string {
  return markdown.replaceAll(/ +/g, ' ').replaceAll(/-{3,}/g, '---').trim();
}

it('docs/mapping.md lists exactly the differences that the interop tests let pass', () => {
  if (process.env['UPDATE_DOCS'] === '1') {
    writeFileSync(FILE, readFileSync(FILE, 'utf8').replace(BETWEEN, table()));
  }

  const [written = ''] = BETWEEN.exec(readFileSync(FILE, 'utf8')) ?? [];

  expect(plain(written)).toBe(plain(table()));
});
