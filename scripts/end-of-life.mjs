// Measures how many of 50 spans arrive when the process that ended them ends, by each way and with each
// setup, and prints the table of docs/end-of-life.md:
//
//   npm run build && node scripts/end-of-life.mjs [--write]

import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { arrivals } from './end-of-life/arrivals.mjs';
import { SETUPS } from './end-of-life/setups.mjs';
import { WAYS } from './end-of-life/ways.mjs';
import { tablePrinter } from './marked-table.mjs';

const PAGE = fileURLToPath(new URL('../docs/end-of-life.md', import.meta.url));
const printTable = tablePrinter(PAGE, 'end-of-life');
/** A process that ends waits more than it computes. */
const AT_ONCE = availableParallelism() + 1;

const cells = new Map();
const waiting = Object.keys(WAYS).flatMap((way) =>
  Object.keys(SETUPS).map((setup) => [way, setup]),
);
await Promise.all(Array.from({ length: AT_ONCE }, measureWaiting));

const header = ['how it ends', ...Object.values(SETUPS).map(({ name }) => name)];
await printTable([header, ...Object.keys(WAYS).map(rowOf)]);

function rowOf(way) {
  const counts = Object.keys(SETUPS).map((setup) => cells.get(`${way} ${setup}`));
  return [WAYS[way].name, ...counts];
}

async function measureWaiting() {
  for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
    const { spans, repeated } = await arrivals(...next);
    cells.set(next.join(' '), repeated === 0 ? `${spans}` : `${spans}, ${repeated} repeated`);
  }
}
