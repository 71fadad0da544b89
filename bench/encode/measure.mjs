// Measures one serializer in a process of its own and prints what a span costs. `fresh` spans are made for
// each batch and encoded once, as in production, and the collector's time has what making them leaves behind;
// `warm` ones are made before and encoded again and again.

import { PerformanceObserver } from 'node:perf_hooks';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { BATCH_SPANS, batchesOf, interleaved } from '../spans/batches.mjs';
import { SERIALIZERS } from './serializers.mjs';

const WARM_BATCHES = 4;
/** Lets the garbage collector report, and nothing run for ever in one turn. */
const BATCHES_PER_TURN = 50;

const { serializer, spans, mode, warmUpBatches, batches } = JSON.parse(process.argv[2]);
const { prepare, encode } = await SERIALIZERS[serializer]();
const nextInput = mode === 'fresh' ? freshInputs() : warmInputs();

await run(warmUpBatches);
const collections = collectionMillis();
const { cpuMicros, bytes, shortestMillis } = await run(batches);
await nextTurn();

const count = batches * BATCH_SPANS;
console.log(
  JSON.stringify({
    cpuMicros: cpuMicros / count,
    bytes: bytes / count,
    blockMillis: shortestMillis,
    gcMicros: (collections() * 1_000) / count,
  }),
);

function freshInputs() {
  const nextBatch = batchesOf(spans);
  return () => prepare(nextBatch());
}

function warmInputs() {
  const nextBatch = batchesOf(spans);
  const inputs = Array.from({ length: WARM_BATCHES }, () => prepare(interleaved(nextBatch())));
  let next = 0;
  return () => inputs[next++ % WARM_BATCHES];
}

async function run(rounds) {
  const total = { cpuMicros: 0, bytes: 0, shortestMillis: Infinity };
  for (let i = 0; i < rounds; i++) {
    const input = nextInput();
    const cpu = process.cpuUsage();
    const began = performance.now();
    total.bytes += encode(input);
    const millis = performance.now() - began;
    const { user, system } = process.cpuUsage(cpu);
    total.cpuMicros += user + system;
    total.shortestMillis = Math.min(total.shortestMillis, millis);
    if (i % BATCHES_PER_TURN === 0) await nextTurn();
  }
  return total;
}

/** @returns a function that says how long the garbage collector has run since. */
function collectionMillis() {
  let millis = 0;
  const observer = new PerformanceObserver((list) => {
    for (const { duration } of list.getEntries()) millis += duration;
  });
  observer.observe({ entryTypes: ['gc'] });
  return () => millis;
}
