// Owns how the figures of a run compare with the goals. Knows nothing of how either is written down.

/**
 * The goals that the results have all figures for.
 *
 * @returns `{ id, what, ratio, gate, stretch, reached }` each, with what was reached as `stretch`, `gate` or
 * `neither`.
 */
export function verdictsOn(results, goals) {
  return goals.flatMap((goal) => {
    const ratio = ratioOf(goal, results, 'median');
    if (ratio === undefined) return [];
    const { id, what, gate, stretch } = goal;
    return [{ id, what, ratio, gate, stretch, reached: reachedBy(ratio, goal) }];
  });
}

/**
 * Of `goals`, those without figures, and those whose gate is missed even when it is multiplied with `tolerance`, by the
 * medians and by the least of each row. A loss of ours is in both. A neighbour on the machine is mostly in the medians,
 * and not in all rows alike.
 */
export function missedBy(results, goals, tolerance) {
  return goals.filter((goal) => {
    const most = goal.gate * tolerance;
    return !(ratioOf(goal, results, 'median') <= most || ratioOf(goal, results, 'min') <= most);
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

/** Of what `of` names, `median` or `min`; `undefined` if one of them was not measured. */
function ratioOf(goal, results, of) {
  let isComplete = true;
  const ratio = goal.ratio((suite, row, metric) => {
    const value = results[suite]?.[row]?.[metric]?.[of];
    isComplete &&= value !== undefined;
    return value;
  });
  return isComplete ? ratio : undefined;
}
