// Owns the goals of whole pipelines. What a pipeline costs is what it adds to one whose exporter does
// nothing; of Datadog's tracer, what it adds to its own that exports nothing.

import { beyond } from './beyond.mjs';

const STREAMING = 'ours, streaming';

export const PIPELINE_GOALS = [
  batchGoal('otlp-proto', 0.55, 0.35),
  batchGoal('otlp-http-json', 0.6, 0.4),
  batchGoal('otlp-grpc', 0.4, 0.25),
  batchGoal('zipkin', 0.6, 0.4),
  {
    id: 'G10',
    what: 'CPU of the pipeline ÷ dd-trace',
    ratio: (of) => added(of, 'ours') / added(of, 'dd-trace', { to: 'dd-trace noproc' }),
    gate: 0.5,
    stretch: 0.3,
  },
  {
    id: 'G11',
    what: 'CPU of the pipeline ÷ sending a constant body with undici',
    ratio: (of) => added(of, 'ours') / added(of, 'dispatch'),
    gate: 2.5,
    stretch: 1.6,
  },
  streamingGoal('pipeline', 0.4, 0.22),
  streamingGoal('pipelinePinned', 0.25, 0.12),
  pinnedGoal('GC pause', 'gcMicros', 0.6, 0.35),
  pinnedGoal('largest RSS', 'rssMib', 1.1, 1),
  versusBatchGoal('pipeline', 0.9, 0.6),
  versusBatchGoal('pipelinePinned', 0.8, 0.55),
];

function batchGoal(peer, gate, stretch) {
  const what = `CPU of the pipeline ÷ ${peer}`;
  return { id: 'G9', what, ratio: (of) => added(of, 'ours') / added(of, peer), gate, stretch };
}

function streamingGoal(suite, gate, stretch) {
  return {
    id: 'G12',
    what: `CPU of the streaming pipeline ÷ otlp-proto${remark(suite)}`,
    ratio: (of) => added(of, STREAMING, { suite }) / added(of, 'otlp-proto', { suite }),
    gate,
    stretch,
  };
}

function pinnedGoal(name, metric, gate, stretch) {
  const suite = 'pipelinePinned';
  return {
    id: 'G13',
    what: `${name} of the streaming pipeline ÷ noop${remark(suite)}`,
    ratio: (of) => of(suite, STREAMING, metric) / of(suite, 'noop', metric),
    gate,
    stretch,
  };
}

function versusBatchGoal(suite, gate, stretch) {
  const base = { suite, to: 'noproc' };
  return {
    id: 'G13b',
    what: `CPU of the streaming pipeline ÷ in batches${remark(suite)}`,
    ratio: (of) => added(of, STREAMING, base) / added(of, 'ours', base),
    gate,
    stretch,
  };
}

function remark(suite) {
  return suite === 'pipelinePinned' ? ', young generation pinned' : '';
}

function added(of, row, { suite = 'pipeline', to = 'noop' } = {}) {
  return beyond(of(suite, row, 'cpuMicros'), of(suite, to, 'cpuMicros'));
}
