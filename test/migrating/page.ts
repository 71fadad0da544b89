// Owns what docs/migrating.md has of each way to come from: the code before and after, and the table of
// what becomes of the spans.

import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { codeBlocks } from '../support/markdown-code.js';
import { markedTable, type Table } from '../support/markdown-table.js';

export const PAGE: string = fileURLToPath(new URL('../../docs/migrating.md', import.meta.url));

/** The marks of the tables, by the headings of the code. */
const WAYS: Readonly<Record<string, string>> = {
  'From opentelemetry-exporter-datadog': 'old-exporter',
  'From OTLP to the Agent': 'otlp',
  'From dd-trace': 'dd-trace',
};

/** Code by way and file, such as `otlp/before.mjs`. */
export const code: Readonly<Record<string, string>> = Object.fromEntries(
  codeBlocks(PAGE).map((block) => {
    const [, file = block.info] = /^\/\/ (\S+)\n/u.exec(block.code) ?? [];
    return [`${WAYS[block.heading] ?? block.heading}/${file}`, block.code];
  }),
);

export type Column = 'before' | 'after';

/** What the page says of spans: of which, which fields, and what they hold. */
export interface SpanRow {
  readonly span: string;
  readonly fields: readonly string[];
  readonly cell: string;
}

export function spanRows(way: string, column: Column): readonly SpanRow[] {
  const [header = [], ...rows] = spanTable(way);
  return rows.map((cells) => ({
    span: cells[header.indexOf('span')] ?? '',
    fields: codesIn(cells[header.indexOf('field')] ?? ''),
    cell: cells[header.indexOf(column)] ?? '',
  }));
}

function spanTable(way: string): Table {
  return markedTable(readFileSync(PAGE, 'utf8'), way);
}

function codesIn(cell: string): readonly string[] {
  return [...cell.matchAll(/`([^`]+)`/gu)].map(([, text = '']) => text);
}
