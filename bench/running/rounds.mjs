// Owns the order of measurements: every row once in a round, from another one on each time, so that what
// disturbs the machine for a while disturbs no row alone.

import { measure } from './row-process.mjs';
import { summaryOf } from './statistics.mjs';

/** @returns by row: by metric `{ median, min, max }`. */
export async function runRounds(node, { rows, rounds }, onProgress) {
  const samples = new Map(rows.map(({ name }) => [name, []]));
  for (let round = 0; round < rounds; round++) {
    for (const row of rotated(rows, round)) {
      onProgress(round, row.name);
      samples.get(row.name).push(await measure(node, row));
    }
  }
  return Object.fromEntries(rows.map(({ name }) => [name, summariesOf(samples.get(name))]));
}

function rotated(rows, by) {
  const start = by % rows.length;
  return [...rows.slice(start), ...rows.slice(0, start)];
}

function summariesOf(samples) {
  const metrics = Object.keys(samples[0]);
  return Object.fromEntries(
    metrics.map((metric) => [metric, summaryOf(samples.map((sample) => sample[metric]))]),
  );
}
