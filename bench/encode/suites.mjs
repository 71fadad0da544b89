// Owns which serializers are compared, over which spans. Sizes are in batches of 512 spans.

import { SERIALIZERS } from './serializers.mjs';
import { SHAPES } from '../spans/shapes.mjs';

const SAME_TAGS = 'dd-trace 0.4, same tags';
const LEFT_OUT = new Set(['map + dd-trace 0.5', 'map + @msgpack/msgpack']);
const COLUMNS = {
  cpuMicros: 'CPU µs per span',
  bytes: 'bytes per span',
  blockMillis: 'shortest 512 spans, ms',
  gcMicros: 'GC µs per span',
};
/**
 * V8 compiles what spans with exceptions need after some 800 batches only: with 300 to warm up, ours
 * looks a quarter dearer than it stays, and OTLP a tenth.
 */
const FULL = { warmUpBatches: 1_000, batches: 300 };
/** Most of it to warm up: while V8 compiles, whoever has more code looks dearer than it is. */
const QUICK = { warmUpBatches: 150, batches: 50 };
const SHAPED = { warmUpBatches: 150, batches: 150 };
const WARM = { warmUpBatches: 1_000, batches: 1_500 };

export const encode = {
  name: 'encode',
  title: 'Encoding of fresh spans',
  rounds: 7,
  rows: freshRows(FULL),
  columns: COLUMNS,
};

/** Without those that no goal of fresh spans is about, or that others stand for. */
export const quickEncode = {
  ...encode,
  rounds: 5,
  rows: freshRows(QUICK).filter(({ name }) => !LEFT_OUT.has(name)),
};

export const encodeWarm = {
  name: 'encodeWarm',
  title: 'Encoding of the same 2048 spans again and again',
  rounds: 5,
  rows: ['ours', 'otlp-proto', SAME_TAGS, 'map + @msgpack/msgpack'].map((serializer) =>
    row({ serializer, spans: 'shop', mode: 'warm', ...WARM }),
  ),
  columns: COLUMNS,
};

export const shapes = {
  name: 'shapes',
  title: 'Encoding of spans of unusual shape',
  rounds: 5,
  rows: Object.keys(SHAPES).flatMap((spans) => [
    row({ serializer: 'ours', spans, mode: 'fresh', ...SHAPED }, `${spans}: ours`),
    row({ serializer: 'otlp-proto', spans, mode: 'fresh', ...SHAPED }, `${spans}: otlp-proto`),
  ]),
  columns: COLUMNS,
};

/** 150 000 spans to warm up, and as many to look at. */
export const deopts = {
  name: 'deopts',
  title: 'Optimized code that V8 gives up while fresh spans are encoded',
  rounds: 3,
  rows: ['shop', ...Object.keys(SHAPES)].map((spans) => ({
    name: spans,
    script: 'encode/deopts.mjs',
    spec: { serializer: 'ours', spans, warmUpBatches: 300, batches: 300 },
  })),
  columns: { deopts: 'times', worst: 'times, of one function' },
};

function freshRows(size) {
  return Object.keys(SERIALIZERS)
    .filter((serializer) => serializer !== SAME_TAGS)
    .map((serializer) => row({ serializer, spans: 'shop', mode: 'fresh', ...size }));
}

function row(spec, name = spec.serializer) {
  return { name, script: 'encode/measure.mjs', spec };
}
