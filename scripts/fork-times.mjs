// Measures how long fork hooks take, and how soon a copy delivers, and prints the table of docs/forks.md:
//
//   npm run build && node scripts/fork-times.mjs [--write]
//
// Each figure is a median; all are taken in this process, with an Agent in another one.

import { spawn } from 'node:child_process';
import { channel } from 'node:diagnostics_channel';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { DatadogSpanExporter } from 'opentelemetry-exporter-datadog-agent';
import { afterForkInChild, atFork } from 'opentelemetry-exporter-datadog-agent/fork';
import { startAgentProcess } from './forks/agent-process.mjs';
import { tablePrinter } from './marked-table.mjs';

const PAGE = fileURLToPath(new URL('../docs/forks.md', import.meta.url));
const printTable = tablePrinter(PAGE, 'fork-times');
const ROUNDS = 50;
const TRIPLETS = 10;
const BUFFERED = 1_000;

const agent = await startAgentProcess();
const exporter = new DatadogSpanExporter({ url: agent.url });
await deliver(1); // what the first export loads is loaded

const rows = [
  ['`spawn` of a program that does nothing', await medianMillis(ROUNDS, spawnTrue)],
  ['ten triplets of hooks around it that do nothing', await medianMillis(2_000, hooks())],
  ['`afterForkInChild` with 1 000 spans under way', await medianMillis(ROUNDS, copy)],
  ['from there to the first span that is delivered', await medianMillis(ROUNDS, firstAfterCopy)],
  ['an export on a connection that is there, to compare', await medianMillis(ROUNDS, timeOfExport)],
];
await exporter.shutdown();
agent.stop();

await printTable([
  ['what', `takes, on Node ${process.versions.node.split('.')[0]}`],
  ...rows.map(([what, ms]) => [what, textOf(ms)]),
]);

async function medianMillis(rounds, measure) {
  const times = [];
  for (let round = 0; round < rounds; round++) times.push(await measure());
  return times.toSorted((a, b) => a - b)[rounds >> 1];
}

function timeOf(task) {
  const start = performance.now();
  task();
  return performance.now() - start;
}

async function spawnTrue() {
  let child;
  const millis = timeOf(() => {
    child = spawn('true');
  });
  await once(child, 'exit');
  return millis;
}

/** As Node announces a child process; the hooks of the parent are run by the microtask that is waited for. */
function hooks() {
  const constructed = channel('child_process');
  const none = () => undefined;
  for (let count = 0; count < TRIPLETS; count++)
    atFork({ before: none, parent: none, child: none });
  return async () => {
    const start = performance.now();
    constructed.publish({ process: {} });
    await Promise.resolve();
    return performance.now() - start;
  };
}

async function copy() {
  void deliver(BUFFERED);
  return timeOf(afterForkInChild);
}

async function firstAfterCopy() {
  const start = performance.now();
  afterForkInChild();
  await deliver(1);
  return performance.now() - start;
}

async function timeOfExport() {
  const start = performance.now();
  await deliver(1);
  return performance.now() - start;
}

function deliver(count) {
  const spans = Array.from({ length: count }, (_, index) => spanOf(index + 1));
  return new Promise((resolve, reject) => {
    exporter.export(spans, ({ code, error }) => (code === 0 ? resolve() : reject(error)));
  });
}

function spanOf(id) {
  const traceId = '72df520af2bde7a5240031ead750e5f3';
  const spanId = id.toString(16).padStart(16, '0');
  return {
    name: 'work',
    kind: 0,
    startTime: [1_700_000_000, 0],
    endTime: [1_700_000_001, 0],
    attributes: { 'http.method': 'GET' },
    resource: { attributes: { 'service.name': 'forks' } },
    spanContext: () => ({ traceId, spanId }),
  };
}

/** The time with two significant digits, in µs below 0.1 ms. */
function textOf(millis) {
  return millis < 0.1 ? `${(millis * 1_000).toPrecision(2)} µs` : `${millis.toPrecision(2)} ms`;
}
