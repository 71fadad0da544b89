import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { markedTable } from '../support/markdown-table.js';

const PAGE = new URL('../../docs/reliability.md', import.meta.url);
/** A minute and a half of 5 000 spans a second. */
const FEWEST_SPANS = 450_000;

/** Cells of a row, one for each process. */
function rowOf(name: string): readonly string[] {
  const table = markedTable(readFileSync(PAGE, 'utf8'), 'soak');
  const [, , ...cells] = table.find(([what]) => what === name) ?? [];
  return cells;
}

function numbersIn(cells: readonly string[]): readonly number[] {
  return cells.map((cell) => {
    const spaced = cell.match(/\d[\d ]*/g) ?? [];
    return spaced.reduce((sum, digits) => sum + Number(digits.replaceAll(' ', '')), 0);
  });
}

it('docs/reliability.md has figures of a soak in which no span was lost silently', () => {
  const ended = numbersIn(rowOf('spans that ended'));
  const exported = numbersIn(rowOf('exported'));
  const dropped = numbersIn(rowOf('dropped'));

  expect(ended.filter((spans) => spans >= FEWEST_SPANS)).toHaveLength(2);
  expect(numbersIn(rowOf('handed over, as the ledger says'))).toEqual(ended);
  expect(exported.map((spans, index) => spans + (dropped[index] ?? 0))).toEqual(ended);
  expect(numbersIn(rowOf('exported, but never accepted by the Agent'))).toEqual([0, 0]);
});
