// Breaks one rule of the package at a time, in a copy of this tree, and looks whether the tests that are
// named for it go red. Prints what was broken and which test saw it; ends with 1 if one went unseen:
//
//   npm run test:mutation [-- PART OF A NAME]

import { markdownTable } from './marked-table.mjs';
import { MUTATIONS } from './mutation/mutations.mjs';
import { ScratchTree } from './mutation/scratch-tree.mjs';

const [, , part = ''] = process.argv;
const chosen = MUTATIONS.filter(({ rule }) => rule.includes(part));
const tree = new ScratchTree();
try {
  await checkUnbroken();
  const rows = [];
  for (const mutation of chosen) rows.push(await rowOf(mutation));
  console.log(await markdownTable([['rule that was broken', 'killed by'], ...rows]));
} finally {
  tree.remove();
}

/** @throws Error unless each rule is found, and the tests are green before it is broken: red would prove nothing. */
async function checkUnbroken() {
  for (const { file, find } of chosen) tree.replace(file, find, find)();
  const { failed } = await tree.test(chosen.flatMap(({ tests }) => tests));
  if (failed !== undefined) throw new Error(`red without any mutation: ${failed}`);
}

async function rowOf({ rule, file, find, replace, tests }) {
  const restore = tree.replace(file, find, replace);
  const { failed } = await tree.test(tests);
  restore();
  if (failed === undefined) process.exitCode = 1;
  const killer = failed ?? `NOBODY, of ${tests.join(', ')}`;
  console.error(`${rule}: ${killer}`);
  return [rule, killer.replaceAll('|', '\\|')];
}
