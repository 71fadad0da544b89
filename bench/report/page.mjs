// Owns docs/performance.md and its charts, all made of docs/performance.json.

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { markdownTable, writeTable } from '../../scripts/marked-table.mjs';
import { FULL } from '../suites.mjs';
import { costsChart } from './costs-chart.mjs';
import { loadChart } from './load-chart.mjs';
import { readPublished } from './results-file.mjs';
import { suiteTable, verdictTable } from './tables.mjs';

/** In the directory where performance.json is. */
export async function writePage(directory) {
  const page = join(directory, 'performance.md');
  const published = readPublished(directory);
  const { results, verdicts } = published;
  writeTable(page, 'bench-circumstances', circumstances(published));
  writeTable(page, 'bench-goals', await markdownTable(verdictTable(verdicts)));
  for (const suite of FULL) {
    const rows = results[suite.name];
    if (rows === undefined) continue;
    writeTable(page, `bench-${suite.name}`, await markdownTable(suiteTable(suite, rows)));
  }
  if (results.pipeline && results.encode) {
    writeFileSync(join(directory, 'performance.svg'), costsChart(results));
  }
  if (results.load) writeFileSync(join(directory, 'performance-load.svg'), loadChart(results));
}

function circumstances({ date, machine, versions }) {
  const peers = Object.entries(versions).map(([name, version]) => `${name} ${version}`);
  return `Measured on ${date} on ${machine}.\nWith ${peers.join(', ')}.`;
}
