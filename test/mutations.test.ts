import { expect, it } from 'vitest';
import { runNode } from './support/child-process.js';

/** To break the rules takes too long for `npm test`: `npm run test:mutation` does it. */
const LOOK = `
  import { existsSync, readFileSync } from 'node:fs';
  import { MUTATIONS } from './scripts/mutation/mutations.mjs';
  const stands = ({ file, find }) => readFileSync(file, 'utf8').split(find).length === 2;
  const lost = MUTATIONS.filter((one) => !stands(one) || !one.tests.every(existsSync));
  console.log(MUTATIONS.length > 100, JSON.stringify(lost.map(({ rule }) => rule)));
`;

it('every rule that mutations break stands where it is looked for, as do the tests that notice', async () => {
  const run = await runNode(['--input-type=module', '--eval', LOOK], {});

  expect(run).toEqual({ ended: 0, stdout: 'true []\n', stderr: '' });
});
