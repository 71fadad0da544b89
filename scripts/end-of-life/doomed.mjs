// The process or worker thread that ends: `doomed.mjs WAY SETUP`. Ends its spans, says so to whoever
// may end it, and goes about its own part of that.

import { writeSync } from 'node:fs';
import { parentPort } from 'node:worker_threads';
import { NodeTracerProvider } from '@opentelemetry/sdk-trace-node';
import { SETUPS } from './setups.mjs';
import { WAYS } from './ways.mjs';

const SPANS = 50;
const STDOUT = 1;

const [, , way, setup] = process.argv;
const processor = SETUPS[setup].createProcessor();
const provider = new NodeTracerProvider({ spanProcessors: [processor] });
const tracer = provider.getTracer('end-of-life');

for (let count = 0; count < SPANS; count++) tracer.startSpan('work').end();
sayReady();
WAYS[way].inside?.(processor);

/** Written at once, so that it is out whatever comes next. */
function sayReady() {
  writeSync(STDOUT, 'ready\n');
  process.send?.('ready');
  parentPort?.postMessage('ready', []);
}
