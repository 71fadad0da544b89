// Owns reading the tables of a Markdown text: their cells, whatever a formatter made of the spaces.

/** Rows with their cells, also of the header, without the line below it. */
export type Table = readonly (readonly string[])[];

/** All rows of `markdown` that belong to a table. */
export function tableIn(markdown: string): Table {
  return markdown
    .split('\n')
    .filter((line) => line.startsWith('|') && !/^\|[ :|-]+$/.test(line))
    .map((line) => line.split('|').slice(1, -1))
    .map((cells) => cells.map((cell) => cell.trim()));
}

/** The table that a script has written between the marks of this name. */
export function markedTable(markdown: string, name: string): Table {
  const [, afterBegin = ''] = markdown.split(`<!-- ${name}:begin -->`);
  const [between = ''] = afterBegin.split(`<!-- ${name}:end -->`);
  return tableIn(between);
}
