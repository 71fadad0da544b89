// Measures one pipeline in a process of its own, from the start of a span until the sink has accepted it,
// and prints what a span costs.

import { beginCosts, loopDelay } from '../running/process-costs.mjs';
import { openSink } from '../sinks/sink.mjs';
import { sendInFlushes, SPANS_PER_FLUSH } from './flushes.mjs';
import { openPipeline } from './pipelines.mjs';

const { pipeline: name, warmUpSpans, spans } = JSON.parse(process.argv[2]);
const sink = await openSink();
const pipeline = await openPipeline(name, sink);
console.log(JSON.stringify(await measure()));
process.exit(); // exporters keep connections and timers

async function measure() {
  await sendInFlushes(pipeline, warmUpSpans);
  await sink.received();
  const endDelay = loopDelay();
  const end = beginCosts();
  await sendInFlushes(pipeline, spans);
  const costs = await end();
  const delayMillis = endDelay();
  const { requests, bytes } = await sink.received();
  checkDelivery(requests);
  return {
    cpuMicros: costs.cpuMicros / spans,
    bytes: bytes / spans,
    gcMicros: costs.gcMicros / spans,
    collections: (costs.collections * 1e6) / spans,
    delayMillis,
    rssMib: costs.rssMib,
  };
}

/** A pipeline that loses spans is not fast. Of those without a ledger, only the requests are known. */
function checkDelivery(requests) {
  const lost = warmUpSpans + spans - (pipeline.ledger?.().exported ?? warmUpSpans + spans);
  if (lost !== 0) throw new Error(`${name} lost ${lost} spans`);
  const flushes = spans / SPANS_PER_FLUSH;
  if (pipeline.sends && requests < flushes)
    throw new Error(`${name} sent ${requests} of ${flushes}`);
}
