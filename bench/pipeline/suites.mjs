// Owns which pipelines are compared, and under which flags of V8.

/** Of those in pipelines.mjs, the floors first. */
const PIPELINES = [
  'noproc',
  'noop',
  'raw socket',
  'dispatch',
  'ours',
  'ours, streaming',
  'otlp-proto',
  'otlp-http-json',
  'otlp-grpc',
  'zipkin',
  'dd-trace noproc',
  'dd-trace',
];
/** V8 lets the young generation grow as it likes, which differs from row to row by more than they do. */
const PINNED = ['--min-semi-space-size=16', '--max-semi-space-size=16'];
const IN_PINNED = [
  'noproc',
  'noop',
  'raw socket',
  'dispatch',
  'ours',
  'ours, streaming',
  'otlp-proto',
];
/** Goals compare differences of rows, which vary more than the rows do: in five, by almost half between two runs. */
const ROUNDS = 9;
/** As many to warm up as for the encoders alone. */
const SIZE = { warmUpSpans: 500_000, spans: 300_000 };
const COLUMNS = {
  cpuMicros: 'CPU µs per span',
  bytes: 'bytes per span',
  gcMicros: 'GC pause µs per span',
  collections: 'collections per 1 000 000 spans',
  delayMillis: 'loop delay p99 ms',
  rssMib: 'largest RSS MiB',
};

export const pipeline = {
  name: 'pipeline',
  title: 'From the start of a span until it is accepted',
  rounds: ROUNDS,
  rows: PIPELINES.map((name) => row(name, [])),
  columns: COLUMNS,
};

export const pipelinePinned = {
  ...pipeline,
  name: 'pipelinePinned',
  title: 'The same with a young generation of fixed size',
  rows: IN_PINNED.map((name) => row(name, PINNED)),
};

function row(name, flags) {
  return { name, script: 'pipeline/measure.mjs', flags, spec: { pipeline: name, ...SIZE } };
}
