// Owns the tables of a run, as rows of cells.

const DECIMALS = 2;

export function suiteTable({ columns }, results) {
  const rows = Object.entries(results);
  const present = Object.keys(columns).filter((metric) =>
    rows.some(([, metrics]) => metrics[metric] !== undefined),
  );
  const header = ['', ...present.map((metric) => columns[metric])];
  const cells = (metrics) => present.map((metric) => cell(metrics[metric]));
  return [header, ...rows.map(([name, metrics]) => [name].concat(cells(metrics)))];
}

export function verdictTable(verdicts) {
  const header = ['goal', 'ratio', 'measured', 'gate', 'stretch', 'reached'];
  const rows = verdicts.map(({ id, what, ratio, gate, stretch, reached }) => [
    id,
    what,
    // JSON has null for a ratio that is no number.
    Number.isFinite(ratio) ? ratio.toFixed(DECIMALS) : 'not measurable',
    `≤ ${gate}`,
    `≤ ${stretch}`,
    reached,
  ]);
  return [header, ...rows];
}

function cell(summary) {
  if (summary === undefined) return '–';
  const { median, min, max } = summary;
  return `${short(median)} (${short(min)}–${short(max)})`;
}

/** At most three digits that count. */
function short(value) {
  if (value >= 100) return String(Math.round(value));
  return value.toFixed(value >= 10 ? 1 : value >= 0.1 || value === 0 ? DECIMALS : DECIMALS + 1);
}
