import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { runNode } from '../support/child-process.js';

const BENCH = fileURLToPath(new URL('../../bench', import.meta.url));
const GOAL = `{
  id: 'G1',
  what: 'ours ÷ peer',
  ratio: (of) => of('encode', 'ours', 'cpu') / of('encode', 'peer', 'cpu'),
  gate: 0.5,
  stretch: 0.25,
}`;

/** Numbers of those that a short run can judge. */
const QUICK_GOALS = [1, 2, 2, 3, 5, 6, 15, 16, 16];

/** What a script of the benchmarks makes of `expression`. */
async function evaluate(expression: string): Promise<unknown> {
  const script = `
    import { goalsOn, missedBy, verdictsOn } from '${BENCH}/verdicts.mjs';
    import { beyond } from '${BENCH}/goals/beyond.mjs';
    import { summaryOf } from '${BENCH}/running/statistics.mjs';
    import { FULL, QUICK } from '${BENCH}/suites.mjs';
    import { GOALS } from '${BENCH}/goals/goals.mjs';
    const rowsIn = (suites) => suites.flatMap(({ name, rows }) => rows.map((row) => name + ': ' + row.name));
    const asked = (goal) => {
      const rows = [];
      goal.ratio((suite, row) => { rows.push(suite + ': ' + row); return 2; });
      return rows;
    };
    const goal = ${GOAL};
    const rows = (ours, peer) => ({ encode: {
      ours: { cpu: summaryOf(ours) },
      ...(peer === undefined ? {} : { peer: { cpu: summaryOf(peer) } }),
    } });
    console.log(JSON.stringify(${expression}));
  `;
  const { stdout, stderr } = await runNode(['--input-type=module', '--eval', script]);
  expect(stderr).toBe('');
  return JSON.parse(stdout);
}

describe('the verdicts on benchmarks', () => {
  it.each([
    ['stretch', '[1, 9, 1]'],
    ['gate', '[2, 2, 2]'],
    ['neither', '[3, 3, 3]'],
  ])('compare medians: %s by %s', async (reached, ours) => {
    const verdicts = await evaluate(`verdictsOn(rows(${ours}, [5, 4, 4]), [goal])`);

    expect(verdicts).toMatchObject([{ id: 'G1', reached }]);
  });

  it.each([
    ['[3, 3, 3]', '[4, 4, 4]', 1, 1],
    ['[3, 3, 3]', '[4, 4, 4]', 1.5, 0],
    ['[4, 4, 4]', '[4, 4, 4]', 1.5, 1],
    ['[9, 9, 3]', '[4, 5, 5]', 1.5, 0],
    ['[9, 9, 3]', '[2, 5, 5]', 1.5, 1],
    ['[3, 3, 3]', '[1, 4, 4]', 1.5, 0],
  ])(
    'are a miss where both the medians and the least are beyond: %s of %s, with a tolerance of %d',
    async (ours, peer, by, missed) => {
      expect(await evaluate(`missedBy(rows(${ours}, ${peer}), [goal], ${by}).length`)).toBe(missed);
    },
  );

  it('can be given on all goals, as all of their rows are in the benchmarks', async () => {
    const missing = 'GOALS.flatMap(asked).filter((row) => !rowsIn(FULL).includes(row))';

    expect(await evaluate(missing)).toEqual([]);
    expect(await evaluate('GOALS.length')).toBeGreaterThan(30);
  });

  it('are given in the quick benchmark on encoding and sending', async () => {
    const judged = 'goalsOn(QUICK, GOALS).map(({ id }) => Number(id.slice(1)))';

    expect(await evaluate(judged)).toEqual(QUICK_GOALS);
    expect(await evaluate('goalsOn(FULL, GOALS).length === GOALS.length')).toBe(true);
  });

  it('are not given on what was not measured', async () => {
    expect(await evaluate('verdictsOn(rows([1]), [goal])')).toEqual([]);
    expect(await evaluate('missedBy(rows([1]), [goal], 1).length')).toBe(1);
  });

  it('are not given on a difference that noise has turned around', async () => {
    const turned = `{
      ...goal,
      ratio: (of) => beyond(of('encode', 'ours', 'cpu'), 2) / beyond(of('encode', 'peer', 'cpu'), 2),
    }`;
    const verdicts = await evaluate(`verdictsOn(rows([1], [3]), [${turned}])`);

    expect(verdicts).toMatchObject([{ ratio: null, reached: 'neither' }]);
    expect(await evaluate(`missedBy(rows([1], [3]), [${turned}], 9).length`)).toBe(1);
  });

  it('keep the middle of an even number of rounds', async () => {
    expect(await evaluate('summaryOf([4, 1, 2, 9])')).toEqual({ median: 3, min: 1, max: 9 });
  });
});
