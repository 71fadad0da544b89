// Is the process under load: `node --expose-gc load.mjs SETUP LANE SPANS_PER_SECOND`, with a channel to its
// parent, which asks it to `measure` itself and to `finish`.

import { readdirSync } from 'node:fs';
import { getEventListeners } from 'node:events';
import { setImmediate } from 'node:timers/promises';
import { ROOT_CONTEXT, trace, TraceFlags } from '@opentelemetry/api';
import { BasicTracerProvider, BatchSpanProcessor } from '@opentelemetry/sdk-trace-node';
import { DatadogBatchSpanProcessor, DatadogSpanExporter } from '../../dist/index.js';

const [, , setup, lane, rate] = process.argv;
const perMilli = Number(rate) / 1_000;
const TICK_MILLIS = 10;
/**
 * Enough for what ends while the Agent hangs: spans that the SDK drops by itself are in nobody's ledger. It
 * exports one batch at a time.
 */
const QUEUE = { maxQueueSize: 200_000, maxExportBatchSize: 2_048 };
const CLOSING_TURNS = 100;
const SPANS_OF_A_TRACE = 5;

/** Attributes with a key and a text that no span had before: what is remembered of spans must have a bound. */
function attributesOf(number) {
  return {
    'http.request.method': 'GET',
    'http.route': '/cart/:id',
    'user.id': `u-${number}`,
    [`app.seen.${number}`]: true,
    retries: 2,
  };
}

const fdsBefore = openFds();
const life = new AbortController();
const exporter = new DatadogSpanExporter({ signal: life.signal });
/** Numbers of the first and the last span of each export that was called a success. */
const successes = [];

const SETUPS = {
  batch: () => new BatchSpanProcessor(noting(exporter), QUEUE),
  streaming: () => new DatadogBatchSpanProcessor({ exporter }),
};

let ended = 0;
let balances = 0;
let imbalances = 0;
const idGenerator = { generateSpanId: () => idOf(ended + 1), generateTraceId: () => '' };
const processor = SETUPS[setup]();
const provider = new BasicTracerProvider({ spanProcessors: [processor], idGenerator });
const tracer = provider.getTracer('soak');
let startMillis = performance.now();
let timer = setInterval(endDueSpans, TICK_MILLIS);

const TASKS = {
  /** Measures at rest, after a flush: spans that still wait are no leak. */
  async measure() {
    const pauseMillis = performance.now();
    clearInterval(timer);
    await flush();
    const figures = measure();
    timer = setInterval(endDueSpans, TICK_MILLIS);
    startMillis += performance.now() - pauseMillis;
    return figures;
  },
  async finish() {
    clearInterval(timer);
    await flush();
    checkBalance();
    const { exported, dropped, droppedByReason, received, buffered, inFlight } = exporter.stats();
    await provider.shutdown();
    await exporter.shutdown();
    const left = [
      ...(await timersAndSockets()),
      ...Array.from({ length: openFds() - fdsBefore }, () => 'descriptor'),
    ];
    const ledger = { received, exported, dropped, droppedByReason, unsettled: buffered + inFlight };
    return {
      ended,
      ledger,
      successes,
      balances,
      imbalances,
      ...measure(),
      left,
    };
  },
};

process.on('message', (task) => void perform(task));

async function perform(task) {
  process.send(await TASKS[task]());
  if (task === 'finish') process.disconnect();
}

/** Ignores failures: spans that a flush has lost are in the ledger. */
async function flush() {
  await Promise.allSettled([processor.forceFlush()]);
  await Promise.allSettled([exporter.forceFlush()]);
}

function endDueSpans() {
  const due = Math.floor((performance.now() - startMillis) * perMilli);
  while (ended < due) endTrace();
  checkBalance();
}

/** Spans end in the order of their numbers. */
function endTrace() {
  const traceId = idOf(ended + 1).padStart(32, 'a');
  const parent = { traceId, spanId: 'f'.repeat(16), traceFlags: TraceFlags.SAMPLED };
  const context = trace.setSpanContext(ROOT_CONTEXT, parent);
  for (let count = 0; count < SPANS_OF_A_TRACE; count++) {
    tracer.startSpan(`work ${ended}`, { attributes: attributesOf(ended) }, context).end();
    ended++;
  }
}

function checkBalance() {
  const { received, exported, dropped, buffered, inFlight } = exporter.stats();
  balances++;
  if (received !== exported + dropped + buffered + inFlight) imbalances++;
}

/** After a collection of garbage. */
function measure() {
  globalThis.gc();
  const { heapUsed } = process.memoryUsage();
  const fds = openFds();
  return { heapBytes: heapUsed, fds, listeners: listenersOfProcess() + listenersOfSignal() };
}

function openFds() {
  return readdirSync('/proc/self/fd').length;
}

function listenersOfProcess() {
  return process.eventNames().reduce((sum, name) => sum + process.listenerCount(name), 0);
}

function listenersOfSignal() {
  return getEventListeners(life.signal, 'abort').length;
}

/** Those that stay: a socket closes some turns after it was destroyed. The channel to the parent is neither. */
async function timersAndSockets() {
  const isMeant = (name) => /Timeout|TCP|Connect/.test(name);
  for (let turns = 0; turns < CLOSING_TURNS; turns++) {
    if (!process.getActiveResourcesInfo().some(isMeant)) return [];
    await setImmediate();
  }
  return process.getActiveResourcesInfo().filter(isMeant);
}

function noting(inner) {
  const write = (spans, callback) => {
    const [first, last] = [spans[0], spans.at(-1)].map((span) => numberOf(span));
    inner.export(spans, (result) => {
      if (result.code === 0) successes.push([first, last]);
      callback(result);
    });
  };
  return { export: write, shutdown: () => inner.shutdown(), forceFlush: () => inner.forceFlush() };
}

function idOf(number) {
  return lane + number.toString(16).padStart(15, '0');
}

function numberOf(span) {
  return Number.parseInt(span.spanContext().spanId.slice(1), 16);
}
