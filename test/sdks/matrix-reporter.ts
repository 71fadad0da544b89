// Owns the table at the end of `npm run test:sdks`: a row for each Node and SDK line, with what each
// test said of its cell. Whether the run failed is the test runner's business.

import type { Reporter, TestCase, TestModule } from 'vitest/node';
import { type Cell, COLUMNS, type Column } from './matrix-cells.js';

interface Row {
  readonly title: readonly string[];
  readonly cells: Map<Column, string>;
}

const HEADER = ['Node', 'SDK', ...COLUMNS];

export class MatrixReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[]): void {
    const rows = new Map<string, Row>();
    const notes = new Set<string>();
    for (const test of modules.flatMap((module) => [...module.children.allTests()])) {
      const { cell } = test.meta();
      if (cell === undefined || test.options.mode === 'skip') continue; // not asked for
      rowOf(rows, cell).cells.set(cell.column, textOf(test, cell));
      if (cell.note !== undefined) notes.add(`* ${cell.note}\n`);
    }
    process.stdout.write(`\n${tableOf([...rows.values()])}\n${[...notes].join('')}`);
  }
}

function rowOf(rows: Map<string, Row>, { node, line }: Cell): Row {
  const key = `${node} ${line}`;
  const row = rows.get(key) ?? { title: [node, line], cells: new Map<Column, string>() };
  rows.set(key, row);
  return row;
}

function textOf(test: TestCase, { text, note }: Cell): string {
  const { state } = test.result();
  const marked = note === undefined ? text : `${text}*`;
  return state === 'passed' ? marked : `${state.toUpperCase()} ${marked}`;
}

function tableOf(rows: readonly Row[]): string {
  const body = rows.map(({ title, cells }) => {
    return [...title, ...COLUMNS.map((column) => cells.get(column) ?? '')];
  });
  const all = [HEADER, HEADER.map(() => '---'), ...body];
  const widths = HEADER.map((_, at) => Math.max(...all.map((cells) => cells[at]?.length ?? 0)));
  const lines = all.map((cells) => cells.map((text, at) => text.padEnd(widths[at] ?? 0)));
  return lines.map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}
