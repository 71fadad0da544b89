// Measures one pipeline in a process of its own, from the start of a span until the sink has accepted it,
// and prints what a span costs. Flushes after every 100 traces, so that no queue overflows.

import { setImmediate as nextTurn } from 'node:timers/promises';
import { beginCosts } from '../running/process-costs.mjs';
import { openSink } from '../sinks/sink.mjs';
import { SPANS_PER_TRACE } from '../spans/shop.mjs';
import { openPipeline } from './pipelines.mjs';

const TRACES_PER_FLUSH = 100;
const SPANS_PER_FLUSH = TRACES_PER_FLUSH * SPANS_PER_TRACE;

const { pipeline: name, warmUpSpans, spans } = JSON.parse(process.argv[2]);
const sink = await openSink();
const { emitTrace, flush, lost, skipped } = await openPipeline(name, sink);
console.log(JSON.stringify(skipped === undefined ? await measure() : { skipped }));
process.exit(); // exporters keep connections and timers

async function measure() {
  await run(warmUpSpans);
  await sink.received();
  const end = beginCosts();
  await run(spans);
  const { cpuMicros, gcMicros, collections, delayMillis, rssMib } = await end();
  const { requests, bytes } = await sink.received();
  if (lost() > 0) throw new Error(`${name} lost ${lost()} spans`);
  if (requests > 0 && requests < spans / SPANS_PER_FLUSH) throw new Error(`${name} lost requests`);
  return {
    cpuMicros: cpuMicros / spans,
    bytes: bytes / spans,
    gcMicros: gcMicros / spans,
    collections: (collections * 1e6) / spans,
    delayMillis,
    rssMib,
  };
}

async function run(count) {
  for (let done = 0; done < count; done += SPANS_PER_FLUSH) {
    for (let i = 0; i < TRACES_PER_FLUSH; i++) emitTrace();
    await nextTurn();
    await flush();
  }
}
