// Counts how often V8 gives up optimized code while fresh spans are made and encoded, once all is warm: code that is
// optimized and given up again and again would be a loop. Prints the count, and that of the worst function.

import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { batchesOf } from '../spans/batches.mjs';
import { SERIALIZERS } from './serializers.mjs';

const BEGIN = '== warm';
const DEOPT = /^\[bailout .* deoptimizing \S+ <JSFunction ([^>]*?)(?: \(sfi|>)/;
const BATCHES_PER_TURN = 50;

const [spec, role] = process.argv.slice(2);
const { serializer, spans, warmUpBatches, batches } = JSON.parse(spec);
if (role === 'traced') await encodeAll();
else console.log(JSON.stringify(deoptsOf(traced())));

function traced() {
  const script = fileURLToPath(import.meta.url);
  const args = ['--trace-deopt', script, spec, 'traced'];
  const { status, stdout, stderr } = spawnSync(process.execPath, args, {
    encoding: 'utf8',
    maxBuffer: 1 << 28,
  });
  if (status !== 0 || !stdout.includes(BEGIN)) throw new Error(`${serializer} failed: ${stderr}`);
  const begin = stdout.indexOf(BEGIN);
  const isKnown = stdout
    .slice(0, begin)
    .split('\n')
    .some((line) => DEOPT.test(line));
  // While code warms up, V8 gives up some of it in any case.
  if (!isKnown) throw new Error(`V8 ${process.versions.v8} writes its trace in another way`);
  return stdout.slice(begin);
}

function deoptsOf(trace) {
  const counts = new Map();
  for (const line of trace.split('\n')) {
    const [, name] = DEOPT.exec(line) ?? [];
    if (name !== undefined) counts.set(name, (counts.get(name) ?? 0) + 1);
  }
  const all = [...counts.values()];
  return { deopts: all.reduce((sum, count) => sum + count, 0), worst: Math.max(0, ...all) };
}

async function encodeAll() {
  const { prepare, encode } = await SERIALIZERS[serializer]();
  const nextBatch = batchesOf(spans);
  for (let i = 0; i < warmUpBatches + batches; i++) {
    if (i === warmUpBatches) console.log(BEGIN);
    encode(prepare(nextBatch()));
    if (i % BATCHES_PER_TURN === 0) await nextTurn();
  }
}
