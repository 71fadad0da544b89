// Measures one pipeline under a load of given rate in a process of its own. The sink may be slower than
// the load; then spans are lost, and the account of the exporter has to say how many.

import { beginCosts, loopDelay } from '../running/process-costs.mjs';
import { openPipeline } from '../pipeline/pipelines.mjs';
import { sendInFlushes } from '../pipeline/flushes.mjs';
import { openSink } from '../sinks/sink.mjs';
import { lostPercentOf } from './lost-percent.mjs';
import { offer } from './paced-load.mjs';

const { pipeline: name, load, warmUpSpans, sinkBytesPerSecond } = JSON.parse(process.argv[2]);
const sink = await openSink();
const pipeline = await openPipeline(name, sink);
const { ledger, takesAll } = pipeline;
console.log(JSON.stringify(await measure()));
process.exit(); // exporters keep connections and timers

async function measure() {
  await sendInFlushes(pipeline, warmUpSpans);
  await sink.received();
  const isOverload = sinkBytesPerSecond !== undefined;
  if (isOverload) await sink.limit(sinkBytesPerSecond);
  const before = ledger?.();
  const endDelay = isOverload ? loopDelay() : () => undefined;
  const end = beginCosts();
  // Nobody asks for an account a hundred times a second: outside of overload, what that costs would be in a goal.
  await offer(pipeline.emitTrace, load, isOverload ? checkLedger : () => undefined);
  await pipeline.flush().catch(() => undefined); // says that spans were lost
  const { cpuMicros, rssMib } = await end();
  checkLedger();
  const spans = load.spansPerSecond * load.seconds;
  if (takesAll) checkReceived(ledger().received - before.received, spans);
  return {
    cpuMicros: cpuMicros / spans,
    rssMib,
    delayMillis: endDelay(),
    lostPercent: ledger && lostPercentOf(ledger().exported - before.exported, spans),
  };
}

function checkLedger() {
  if (ledger === undefined) return;
  const { received, exported, dropped, buffered, inFlight } = ledger();
  const sum = exported + dropped + buffered + inFlight;
  if (received !== sum) throw new Error(`${received} spans received, ${sum} accounted for`);
}

/** A sum that is right says nothing of spans that vanished before they were counted. */
function checkReceived(received, offered) {
  if (received !== offered) throw new Error(`${offered} spans offered, ${received} received`);
}
