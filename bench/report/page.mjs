// Owns docs/performance.md and its charts, all made of docs/performance.json.

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { markdownTable, writeTable } from '../../scripts/marked-table.mjs';
import { FULL } from '../suites.mjs';
import { costsChart } from './costs-chart.mjs';
import { loadChart } from './load-chart.mjs';
import { readPublished } from './results-file.mjs';
import { suiteTable, verdictTable } from './tables.mjs';

/** What a page shows of a suite before its table. */
const CHARTS = {
  load: { file: 'performance-load.svg', shows: 'CPU time per span over load', draw: loadChart },
};

/** In the directory where performance.json is. */
export async function writePage(directory) {
  const page = join(directory, 'performance.md');
  const published = readPublished(directory);
  const { results, verdicts } = published;
  writeTable(page, 'bench-circumstances', circumstances(published));
  writeTable(page, 'bench-goals', await markdownTable(verdictTable(verdicts)));
  if (results.pipeline && results.encode) {
    writeFileSync(join(directory, 'performance.svg'), costsChart(results));
  }
  for (const suite of FULL) {
    if (results[suite.name] === undefined) continue;
    writeTable(page, `bench-${suite.name}`, await sectionOf(suite, results, directory));
  }
}

async function sectionOf(suite, results, directory) {
  const table = await markdownTable(suiteTable(suite, results[suite.name]));
  const chart = CHARTS[suite.name];
  if (chart === undefined) return table;
  writeFileSync(join(directory, chart.file), chart.draw(results));
  return `![${chart.shows}](${chart.file})\n\n${table}`;
}

function circumstances({ date, machine, versions }) {
  const peers = Object.entries(versions).map(([name, version]) => `${name} ${version}`);
  return `Measured on ${date} on ${machine}.\nWith ${peers.join(', ')}.`;
}
