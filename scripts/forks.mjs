// Measures how many spans arrive where a process forks, in each way and with each processor, and prints
// the table of docs/forks.md:
//
//   npm run build && node scripts/forks.mjs [--write]

import { fileURLToPath } from 'node:url';
import { arrivals } from './forks/arrivals.mjs';
import { SETUPS } from './forks/pipeline.mjs';
import { WAYS } from './forks/ways.mjs';
import { tablePrinter } from './marked-table.mjs';

const PAGE = fileURLToPath(new URL('../docs/forks.md', import.meta.url));
const printTable = tablePrinter(PAGE, 'forks');

const rows = [];
for (const { name, run } of WAYS) {
  const cells = await Promise.all(Object.keys(SETUPS).map((setup) => arrivals(run, setup)));
  rows.push([name, ...cells.map(textOf)]);
}

const header = ['how it forks', ...Object.values(SETUPS).map(({ name }) => name)];
await printTable([header, ...rows]);

function textOf({ spans, repeated }) {
  return repeated === 0 ? `${spans}` : `${spans}, and ${repeated} again`;
}
