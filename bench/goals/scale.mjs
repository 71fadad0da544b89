// Owns the goals under load. What a span costs is what it adds to the tracing that ends in nothing.

import { beyond } from './beyond.mjs';
import { LOADS, loadRow, WORKERS, workersRow } from '../scale/suites.mjs';

const STREAMING = 'ours, streaming';
const [FEWEST, MOST] = [Math.min(...WORKERS), Math.max(...WORKERS)];
/** The defaults of `maxQueueBytes` and `maxPendingBytes`, and what may come on top of them. */
const MEMORY_MIB = 8 + 32 + 64;

export const SCALE_GOALS = [
  {
    id: 'load',
    what: 'added CPU per span, dearest load ÷ cheapest',
    ratio: (of) => spreadOf(LOADS.map((load) => addedUnder(of, load))),
    gate: 1.3,
    stretch: 1.3,
  },
  {
    id: 'load',
    what: 'CPU per span in units of noproc, dearest load ÷ cheapest',
    ratio: (of) =>
      spreadOf(LOADS.map((load) => cpuUnder(of, load, STREAMING) / cpuUnder(of, load, 'noproc'))),
    gate: 1.3,
    stretch: 1.3,
  },
  {
    id: 'overload',
    what: 'memory beyond noop ÷ what the bounds allow',
    ratio: (of) =>
      (of('overload', STREAMING, 'rssMib') - of('overload', 'noop', 'rssMib')) / MEMORY_MIB,
    gate: 1,
    stretch: 1,
  },
  {
    id: 'overload',
    what: 'loop delay p99 ÷ noop',
    ratio: (of) => of('overload', STREAMING, 'delayMillis') / of('overload', 'noop', 'delayMillis'),
    gate: 1.3,
    stretch: 1.3,
  },
  {
    id: 'workers',
    what: `added CPU per span, ${MOST} workers ÷ ${FEWEST}`,
    ratio: (of) => addedBy(of, MOST) / addedBy(of, FEWEST),
    gate: 1.3,
    stretch: 1.3,
  },
];

function addedUnder(of, load) {
  return beyond(cpuUnder(of, load, STREAMING), cpuUnder(of, load, 'noproc'));
}

function cpuUnder(of, load, pipeline) {
  return of('load', loadRow(pipeline, load), 'cpuMicros');
}

function spreadOf(costs) {
  return Math.max(...costs) / Math.min(...costs);
}

function addedBy(of, count) {
  const cpu = (pipeline) => of('workers', workersRow(pipeline, count), 'cpuMicros');
  return beyond(cpu(STREAMING), cpu('noproc'));
}
