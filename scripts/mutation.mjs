// Breaks one rule of the package at a time, in a copy of this tree, and looks whether the tests that are
// named for it go red. Prints what was broken and which test saw it; ends with 1 if one went unseen, or left
// the tests hanging, which says nothing:
//
//   npm run test:mutation [-- PART OF A NAME]

import { markdownTable } from './marked-table.mjs';
import { MUTATIONS } from './mutation/mutations.mjs';
import { ScratchTree } from './mutation/scratch-tree.mjs';

/** The tests of all rules together take some 3 minutes on a slow machine. */
const UNBROKEN_DEADLINE_MILLIS = 1_200_000;

/** What the table says of an outcome. */
const KILLERS = {
  failed: ({ test }) => test,
  passed: ({ tests }) => `NOBODY, of ${tests.join(', ')}`,
  hung: ({ tests }) => `hung: ${tests.join(', ')}`,
};

const part = process.argv.slice(2).join(' ');
const chosen = MUTATIONS.filter(({ rule }) => rule.includes(part));
if (chosen.length === 0) throw new Error(`no rule has "${part}" in its name`);
const tree = new ScratchTree();
process.once('exit', () => tree.remove()); // also after ^C while tests run
await checkUnbroken();
const rows = [];
for (const mutation of chosen) rows.push(await rowOf(mutation));
console.log(await markdownTable([['rule that was broken', 'killed by'], ...rows]));

/** @throws Error unless each rule is found, and the tests are green before it is broken: red would prove nothing. */
async function checkUnbroken() {
  for (const { file, find } of chosen) tree.replace(file, find, find)();
  if (chosen.some(({ isOfBuild }) => isOfBuild)) await tree.build();
  const tests = chosen.flatMap((mutation) => mutation.tests);
  const outcome = await tree.test(tests, UNBROKEN_DEADLINE_MILLIS);
  if (outcome.kind !== 'passed') {
    throw new Error(`not green without any mutation: ${outcome.test ?? outcome.kind}`);
  }
}

async function rowOf({ rule, file, find, replace, tests, isOfBuild }) {
  const restore = tree.replace(file, find, replace);
  if (isOfBuild) await tree.build();
  const outcome = await tree.test(tests);
  restore();
  if (outcome.kind !== 'failed') process.exitCode = 1;
  const killer = KILLERS[outcome.kind]({ ...outcome, tests });
  console.error(`${rule}: ${killer}`);
  return [rule, killer.replaceAll('|', '\\|')];
}
