// Runs the benchmarks and says how they compare with the goals:
//
//   npm run bench [-- --write | -- SUITE ...]    all suites or some; --write renews docs/performance.md
//   npm run bench:quick                          fails where a gate is missed by half or more, twice; only this can fail

import { markdownTable } from '../scripts/marked-table.mjs';
import { buildInternals } from './build.mjs';
import { GOALS } from './goals/goals.mjs';
import { suiteTable, verdictTable } from './report/tables.mjs';
import { writePage } from './report/page.mjs';
import { DOCS, publish, writeLastRun } from './report/results-file.mjs';
import { installedNode } from './running/installation.mjs';
import { runRounds } from './running/rounds.mjs';
import { FULL, QUICK } from './suites.mjs';
import { goalsOn, missedBy, verdictsOn } from './verdicts.mjs';

const FLAGS = ['--quick', '--write'];
/** Short runs on a shared machine differ by this much now and then. */
const QUICK_TOLERANCE = 1.5;

const words = process.argv.slice(2);
const unknownFlags = words.filter((word) => word.startsWith('--') && !FLAGS.includes(word));
if (unknownFlags.length > 0)
  throw new Error(`no flag ${unknownFlags.join()}; there are ${FLAGS.join()}`);
const isQuick = words.includes('--quick');
const names = words.filter((word) => !word.startsWith('--'));
if (words.includes('--write') && (isQuick || names.length > 0)) {
  throw new Error('--write needs all suites, whole');
}
const suites = chosen(isQuick ? QUICK : FULL);
const node = installedNode();
await buildInternals();

const missed = await runAll();
if (isQuick && missed.length > 0) {
  console.log(`again, as this was missed:\n${lines(missed)}`);
  const again = await runAll();
  const twice = missed.filter((goal) => again.includes(goal));
  if (twice.length > 0) {
    console.error(`missed twice, or not measured:\n${lines(twice)}`);
    process.exitCode = 1;
  }
}

function chosen(all) {
  const known = all.map(({ name }) => name);
  const unknown = names.filter((name) => !known.includes(name));
  if (unknown.length > 0)
    throw new Error(`no suite ${unknown.join()}; there are ${known.join(', ')}`);
  return names.length === 0 ? all : all.filter(({ name }) => names.includes(name));
}

/** @returns the goals that the suites have all rows of, whose gate is missed beyond the tolerance of a quick run. */
async function runAll() {
  const results = {};
  for (const suite of suites) results[suite.name] = await runSuite(suite);
  const verdicts = verdictsOn(results, GOALS);
  console.log(await markdownTable(verdictTable(verdicts)));
  writeLastRun({ results, verdicts });
  if (words.includes('--write')) {
    publish({ results, verdicts });
    await writePage(DOCS);
  }
  return missedBy(results, goalsOn(suites, GOALS), QUICK_TOLERANCE);
}

function lines(goals) {
  return goals.map(({ id, what }) => `  ${id}, ${what}`).join('\n');
}

async function runSuite(suite) {
  console.log(`\n${suite.title}, ${suite.rounds} rounds`);
  const results = await runRounds(node, suite, showProgress);
  console.log(`${await markdownTable(suiteTable(suite, results))}\n`);
  return results;
}

function showProgress(round, row) {
  if (process.stderr.isTTY) process.stderr.write(`\r\u001B[K  round ${round + 1}: ${row}`);
}
