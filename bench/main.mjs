// Runs the benchmarks and says how they compare with the goals:
//
//   npm run bench [-- --write | -- SUITE ...]    all suites or some; --write renews docs/performance.md
//   npm run bench:quick                          fails where a gate is missed by half or more; only this one can fail

import { markdownTable } from '../scripts/marked-table.mjs';
import { buildInternals } from './build.mjs';
import { GOALS } from './goals/goals.mjs';
import { suiteTable, verdictTable } from './report/tables.mjs';
import { writePage } from './report/page.mjs';
import { DOCS, publish, writeLastRun } from './report/results-file.mjs';
import { installedNode } from './running/installation.mjs';
import { runRounds } from './running/rounds.mjs';
import { FULL, QUICK } from './suites.mjs';
import { goalsOn, verdictsOn } from './verdicts.mjs';

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

const isGood = await runAll();
// One more time where a neighbour on the machine may have been to blame.
if (!isGood && isQuick && !(await runAll())) process.exitCode = 1;

function chosen(all) {
  const known = all.map(({ name }) => name);
  const unknown = names.filter((name) => !known.includes(name));
  if (unknown.length > 0)
    throw new Error(`no suite ${unknown.join()}; there are ${known.join(', ')}`);
  return names.length === 0 ? all : all.filter(({ name }) => names.includes(name));
}

/**
 * @returns whether every gate holds, with the tolerance of the command, that the suites have figures for. In a
 * quick run no gate may be left unjudged.
 */
async function runAll() {
  const results = {};
  for (const suite of suites) results[suite.name] = await runSuite(suite);
  const verdicts = verdictsOn(results, GOALS, isQuick ? QUICK_TOLERANCE : 1);
  console.log(await markdownTable(verdictTable(verdicts)));
  writeLastRun({ results, verdicts });
  if (words.includes('--write')) {
    publish({ results, verdicts });
    await writePage(DOCS);
  }
  const isWhole = !isQuick || verdicts.length === goalsOn(suites, GOALS).length;
  return isWhole && verdicts.length > 0 && verdicts.every(({ isTolerable }) => isTolerable);
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
