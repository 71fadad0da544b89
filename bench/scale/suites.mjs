// Owns which loads the pipelines are put under: rates from idle to busy, more than the sink takes, and
// several workers.

const STREAMING = 'ours, streaming';
const WARM_UP = { warmUpSpans: 150_000 };
/** Of an Agent that takes 20 000 spans per second of the size that ours have. */
const SLOW_SINK = { sinkBytesPerSecond: 20_000 * 1_280 };
/** Fewer spans per second are measured for longer. */
export const LOADS = [
  { spansPerSecond: 1_000, seconds: 20 },
  { spansPerSecond: 5_000, seconds: 8 },
  { spansPerSecond: 20_000, seconds: 5 },
  { spansPerSecond: 100_000, seconds: 4 },
];
export const WORKERS = [1, 8];
const COLUMNS = {
  cpuMicros: 'CPU µs per span',
  lostPercent: 'spans lost, %',
  delayMillis: 'loop delay p99 ms',
  rssMib: 'largest RSS MiB',
};

export const load = {
  name: 'load',
  title: 'From idle to busy',
  rounds: 3,
  rows: LOADS.flatMap((each) =>
    ['noproc', 'ours', STREAMING].map((pipeline) =>
      row(loadRow(pipeline, each), { pipeline, load: each }),
    ),
  ),
  columns: COLUMNS,
};

export const overload = {
  name: 'overload',
  title: '100 000 spans per second to an Agent that takes 20 000',
  rounds: 5,
  rows: ['noproc', 'noop', 'ours', STREAMING].map((pipeline) =>
    row(pipeline, { pipeline, load: { spansPerSecond: 100_000, seconds: 5 }, ...SLOW_SINK }),
  ),
  columns: COLUMNS,
};

export const workers = {
  name: 'workers',
  title: 'Cluster workers, each with 2 000 spans per second',
  rounds: 3,
  rows: WORKERS.flatMap((count) =>
    ['noproc', STREAMING].map((pipeline) => ({
      name: workersRow(pipeline, count),
      script: 'scale/measure-workers.mjs',
      spec: {
        pipeline,
        workers: count,
        load: { spansPerSecond: 2_000, seconds: 10 },
        ...WARM_UP,
      },
    })),
  ),
  columns: COLUMNS,
};

export function loadRow(pipeline, { spansPerSecond }) {
  return `${spansPerSecond} per second: ${pipeline}`;
}

export function workersRow(pipeline, count) {
  return `${count} × ${pipeline}`;
}

function row(name, spec) {
  return { name, script: 'scale/measure.mjs', spec: { ...spec, ...WARM_UP } };
}
