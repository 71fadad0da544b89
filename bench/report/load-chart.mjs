// Owns the plot of what a span costs over load, on a logarithmic axis.

import { LOADS, loadRow } from '../scale/suites.mjs';
import { classOf, svg, WIDTH } from './bars.mjs';

const HEIGHT = 260;
const LEFT = 40;
const RIGHT = WIDTH - 130;
const TOP = 40;
const BOTTOM = HEIGHT - 40;
const LABEL_HEIGHT = 14;
/** Drawn with dashes. */
const BATCHED = 'ours';
const PIPELINES = [BATCHED, 'ours, streaming'];
const RATES = LOADS.map(({ spansPerSecond }) => spansPerSecond);

export function loadChart({ load }) {
  const lines = PIPELINES.map((name) => ({
    name,
    values: LOADS.map((each) => added(load, name, each)),
  })).filter(({ values }) => values.every((value) => value !== undefined));
  const most = Math.max(...lines.flatMap(({ values }) => values)) * 1.1;
  const y = (value) => BOTTOM - (value / most) * (BOTTOM - TOP);
  const title = `  <text class="title" x="0" y="18">Added CPU µs per span over spans per second</text>`;
  const content = [title, axes(most, y), ...lines.map((line) => lineOf(line, y)), legend(lines, y)];
  return svg('CPU time per span over load', HEIGHT, content.join('\n'));
}

function added(load, name, each) {
  const cost = load[loadRow(name, each)]?.cpuMicros?.median;
  return cost === undefined ? undefined : cost - load[loadRow('noproc', each)].cpuMicros.median;
}

function x(rate) {
  const [first, last] = [RATES[0], RATES.at(-1)].map(Math.log10);
  return LEFT + ((Math.log10(rate) - first) / (last - first)) * (RIGHT - LEFT);
}

function axes(most, y) {
  const levels = Array.from({ length: Math.floor(most) + 1 }, (_, i) => i);
  return [
    `  <path class="axis" d="M${LEFT} ${TOP}V${BOTTOM}H${RIGHT}" fill="none"/>`,
    ...levels.map((value) => label(LEFT - 8, y(value) + 4, value, 'end')),
    ...RATES.map((rate) => label(x(rate), BOTTOM + 18, rate, 'middle')),
  ].join('\n');
}

function label(left, top, text, anchor) {
  return `  <text class="small" x="${left.toFixed(1)}" y="${top.toFixed(1)}" text-anchor="${anchor}">${text}</text>`;
}

function lineOf({ name, values }, y) {
  const points = values.map((value, i) => `${x(RATES[i]).toFixed(1)},${y(value).toFixed(1)}`);
  const dash = name === BATCHED ? ' stroke-dasharray="5 4"' : '';
  return `  <polyline class="${classOf(name)} line" points="${points.join(' ')}"${dash}/>`;
}

/** At the end of each line, one name below the other. */
function legend(lines, y) {
  const ends = lines.map(({ name, values }) => ({ name, top: y(values.at(-1)) }));
  let free = 0;
  const labels = ends
    .toSorted((a, b) => a.top - b.top)
    .map(({ name, top }) => {
      const placed = Math.max(top + 4, free);
      free = placed + LABEL_HEIGHT;
      return label(RIGHT + 8, placed, name, 'start');
    });
  return labels.join('\n');
}
