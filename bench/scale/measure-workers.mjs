// Measures a pipeline in several cluster workers at once, each with a load and an exporter of its own, and
// one sink for all.

import cluster from 'node:cluster';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { openPipeline } from '../pipeline/pipelines.mjs';
import { sendInFlushes } from '../pipeline/flushes.mjs';
import { beginCosts } from '../running/process-costs.mjs';
import { openSink } from '../sinks/sink.mjs';
import { lostPercentOf } from './lost-percent.mjs';
import { offer } from './paced-load.mjs';

const { pipeline: name, workers, load, warmUpSpans } = JSON.parse(process.argv[2]);
const spans = load.spansPerSecond * load.seconds;
if (cluster.isPrimary) await runWorkers();
else await work();

async function runWorkers() {
  cluster.setupPrimary({ exec: fileURLToPath(import.meta.url), args: process.argv.slice(2) });
  const { url, port } = await openSink();
  const started = Array.from({ length: workers }, () => cluster.fork());
  await Promise.all(started.map(messageOf));
  const measured = Promise.all(started.map(messageOf));
  for (const worker of started) worker.send({ url, port });
  console.log(JSON.stringify(totalOf(await measured)));
  process.exit(); // the sink would stay
}

/** @throws Error if the worker ends instead. */
async function messageOf(worker) {
  const ended = once(worker, 'exit').then(([code]) => {
    throw new Error(`a worker ended with ${code}`);
  });
  const [message] = await Promise.race([once(worker, 'message'), ended]);
  return message;
}

function totalOf(figures) {
  const [first] = figures;
  const meanOf = (metric) => figures.reduce((sum, each) => sum + each[metric], 0) / figures.length;
  return Object.fromEntries(Object.keys(first).map((metric) => [metric, meanOf(metric)]));
}

async function work() {
  process.send('ready');
  const [sink] = await once(process, 'message');
  process.send(await measure(await openPipeline(name, sink)));
}

async function measure(pipeline) {
  await sendInFlushes(pipeline, warmUpSpans);
  const { ledger } = pipeline;
  const before = ledger?.().exported;
  const end = beginCosts();
  await offer(pipeline.emitTrace, load, () => undefined);
  await pipeline.flush();
  const { cpuMicros } = await end();
  const lostPercent = ledger && lostPercentOf(ledger().exported - before, spans);
  return { cpuMicros: cpuMicros / spans, lostPercent };
}
