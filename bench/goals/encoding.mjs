// Owns the goals of encoding.

import { SHAPES } from '../spans/shapes.mjs';

const cpu = (of, row) => of('encode', row, 'cpuMicros');
const warm = (of, row, metric = 'cpuMicros') => of('encodeWarm', row, metric);
const DEOPT_ROWS = ['shop', ...Object.keys(SHAPES)];
const DD_SAME_TAGS = 'dd-trace 0.4, same tags';

export const ENCODING_GOALS = [
  encodeGoal('G1', 'otlp-proto', 0.33, 0.2),
  encodeGoal('G2', 'otlp-json', 0.4, 0.25),
  encodeGoal('G2', 'zipkin', 0.4, 0.25),
  encodeGoal('G3', 'map + dd-trace 0.4', 0.25, 0.15),
  encodeGoal('G3', 'map + dd-trace 0.5', 0.25, 0.15),
  {
    id: 'G4',
    what: 'CPU of encoding warm spans ÷ dd-trace 0.4 encoder alone',
    ratio: (of) => warm(of, 'ours') / warm(of, DD_SAME_TAGS),
    gate: 0.45,
    stretch: 0.25,
  },
  encodeGoal('G5', 'map + msgpackr', 0.35, 0.22),
  {
    id: 'G5',
    what: 'CPU of encoding warm spans ÷ map + @msgpack/msgpack',
    ratio: (of) => warm(of, 'ours') / warm(of, 'map + @msgpack/msgpack'),
    gate: 0.2,
    stretch: 0.11,
  },
  encodeGoal('G6', 'JSON.stringify(attributes)', 2.5, 1.5),
  {
    id: 'G8',
    what: 'bytes per span ÷ dd-trace 0.4 encoder on the same tags',
    ratio: (of) => warm(of, 'ours', 'bytes') / warm(of, DD_SAME_TAGS, 'bytes'),
    gate: 1,
    stretch: 0.97,
  },
  {
    id: 'G14',
    what: 'GC of encoding warm spans ÷ otlp-proto',
    ratio: (of) => warm(of, 'ours', 'gcMicros') / warm(of, 'otlp-proto', 'gcMicros'),
    gate: 0.25,
    stretch: 0.1,
  },
  {
    id: 'G15',
    what: 'shortest time for which 512 spans block the event loop ÷ otlp-proto',
    ratio: (of) => of('encode', 'ours', 'blockMillis') / of('encode', 'otlp-proto', 'blockMillis'),
    gate: 0.35,
    stretch: 0.2,
  },
  {
    id: 'deopts',
    what: 'times that V8 gives up one function over 150 000 fresh spans, once warm',
    ratio: (of) => Math.max(...DEOPT_ROWS.map((spans) => of('deopts', spans, 'worst'))),
    gate: 3,
    stretch: 0,
  },
  {
    id: 'G17',
    what: 'CPU per attribute, 20 and 40 of them ÷ 19',
    ratio: (of) =>
      Math.max(perAttribute(of, 'attributes-20'), perAttribute(of, 'attributes-40')) /
      perAttribute(of, 'attributes-19'),
    gate: 2.5,
    stretch: 1.6,
  },
  {
    id: 'G17',
    what: 'CPU per attribute, in changing order ÷ in the same',
    ratio: (of) => perAttribute(of, 'shuffled') / perAttribute(of, 'plain'),
    gate: 1.6,
    stretch: 1.2,
  },
];

function encodeGoal(id, peer, gate, stretch) {
  const what = `CPU of encoding fresh spans ÷ ${peer}`;
  return { id, what, ratio: (of) => cpu(of, 'ours') / cpu(of, peer), gate, stretch };
}

function perAttribute(of, shape) {
  return of('shapes', `${shape}: ours`, 'cpuMicros') / SHAPES[shape].attributes;
}
