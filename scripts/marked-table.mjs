// Owns the tables of pages that a script makes: how their numbers are written, the Markdown, and where
// they stand on a page, between `<!-- NAME:begin -->` and `<!-- NAME:end -->`.

import { readFileSync, writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { format } from 'prettier';

/** Formatted as the page is. Numbers stand on the right. */
export async function markdownTable([header, ...rows]) {
  const rule = header.map((_, column) => (isNumeric(rows, column) ? '---:' : '---'));
  const lines = [header, rule, ...rows].map((cells) => `| ${cells.join(' | ')} |`);
  const table = await format(lines.join('\n'), { parser: 'markdown' });
  return table.trim();
}

/**
 * Reads the arguments of a script that measures a table; to be called before it measures.
 *
 * @returns prints the table and, with `--write`, puts it in its place.
 * @throws Error if there is any other argument.
 */
export function tablePrinter(page, name) {
  const { values } = parseArgs({ options: { write: { type: 'boolean', default: false } } });
  return async (rows) => {
    const table = await markdownTable(rows);
    console.log(table);
    if (values.write) writeTable(page, name, table);
  };
}

/** 59392 as 59 392. */
export function written(count) {
  return String(count).replaceAll(/\B(?=(\d{3})+$)/g, ' ');
}

/** @throws Error if the page has no such place. */
export function writeTable(page, name, table) {
  const place = new RegExp(`(?<=<!-- ${name}:begin -->\n).*(?=<!-- ${name}:end -->)`, 's');
  const text = readFileSync(page, 'utf8');
  if (!place.test(text)) throw new Error(`no place for ${name} in ${page}`);
  writeFileSync(
    page,
    text.replace(place, () => `\n${table}\n\n`),
  );
}

function isNumeric(rows, column) {
  return rows.every((cells) => /^[\d ]+$/.test(cells[column]));
}
