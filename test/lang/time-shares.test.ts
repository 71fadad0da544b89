import { expect, it } from 'vitest';
import { shareTime } from '../../src/lang/time-shares.js';

const [x, y, z] = [{}, {}, {}];

it.each([
  ['is the whole of it for one', [[x]], [1]],
  ['is the same for each use', [[x], [y], [z]], [1 / 3, 1 / 2, 1]],
  ['is larger for whoever has more uses', [[x], [y, z]], [1 / 3, 1]],
  ['is that of the first for a use that several name', [[x], [x], [x, y]], [1 / 2, 1, 1]],
  ['is kept for nobody without a use', [[], [x]], [1, 1]],
])('a share of the time %s', (_what, members, expected) => {
  const shares: number[] = [];

  shareTime(
    members,
    (uses) => uses,
    (_member, share) => shares.push(share),
  );

  expect(shares).toEqual(expected);
});
