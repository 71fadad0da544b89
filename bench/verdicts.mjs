// Owns how the figures of a run compare with the goals. Knows nothing of how either is written down.

/**
 * The goals that the results have all figures for. `tolerance` is what a gate is multiplied with where a
 * short run on a shared machine has to tell a loss from noise.
 *
 * @returns `{ id, what, ratio, gate, stretch, reached, isTolerable }` each, with what was reached as
 * `stretch`, `gate` or `neither`.
 */
export function verdictsOn(results, goals, tolerance) {
  return goals.flatMap((goal) => {
    const ratio = ratioOf(goal, results);
    if (ratio === undefined) return [];
    const { id, what, gate, stretch } = goal;
    const isTolerable = ratio <= gate * tolerance;
    return [{ id, what, ratio, gate, stretch, reached: reachedBy(ratio, goal), isTolerable }];
  });
}

/** The goals whose rows are all in `suites`: a whole run of these has a verdict on each. */
export function goalsOn(suites, goals) {
  const known = new Set(
    suites.flatMap(({ name, rows }) => rows.map((row) => `${name}: ${row.name}`)),
  );
  return goals.filter((goal) => {
    let isThere = true;
    goal.ratio((suite, row) => {
      isThere &&= known.has(`${suite}: ${row}`);
      return 2;
    });
    return isThere;
  });
}

function reachedBy(ratio, { gate, stretch }) {
  if (ratio <= stretch) return 'stretch';
  return ratio <= gate ? 'gate' : 'neither';
}

/** Of medians; `undefined` if one of them was not measured. */
function ratioOf(goal, results) {
  let isComplete = true;
  const ratio = goal.ratio((suite, row, metric) => {
    const median = results[suite]?.[row]?.[metric]?.median;
    isComplete &&= median !== undefined;
    return median;
  });
  return isComplete ? ratio : undefined;
}
