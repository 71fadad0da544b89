// Exports as it is told over its IPC channel: `exporting-child.mjs OPTIONS`. Stops itself where a test
// wants it to be frozen in the middle of synchronous work.

import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { DatadogSpanExporter } from '../../dist/index.js';
import { plainSpan } from '../support/plain-span.mjs';

Math.random = () => 0.999; // the longest pause before a retry, so that there is time to freeze in it

const exporter = new DatadogSpanExporter(JSON.parse(process.argv[2]));

/** In which phase of the event loop, or how far the exporter is. */
const moments = {
  poll: (stop) => stop(), // an IPC message is I/O
  timers: (stop) => setTimeout(() => stop()),
  check: (stop) => setImmediate(() => stop()),
  connecting: (stop) => {
    // net calls the kernel in the tick that follows.
    onceHeard('undici:client:beforeConnect', () => process.nextTick(() => process.nextTick(stop)));
  },
  sent: (stop) => onceHeard('undici:request:bodySent', stop),
  'timer after sent': (stop) => {
    onceHeard('undici:request:bodySent', () => setTimeout(() => stop()));
  },
  // What follows from a reply has been done by then.
  answered: (stop) => onceHeard('undici:request:trailers', () => setImmediate(() => stop())),
};

/** About what a text may have at most. */
const attributes = { text: 'x'.repeat(20_000) };

const commands = {
  export: ({ spanId }) => exporter.export([plainSpan(spanId)], tell(spanId)),
  exportLarge: ({ spanIds }) => {
    const spans = spanIds.map((spanId) => ({ ...plainSpan(spanId), attributes }));
    exporter.export(spans, tell(spanIds[0]));
  },
  flush: () => settle('flush', exporter.forceFlush()),
  shutdown: () => settle('shutdown', exporter.shutdown()),
  /** Carries out what comes next in the same tick, once it is thawed. */
  stop: ({ at, next }) => {
    moments[at](() => {
      process.kill(process.pid, 'SIGSTOP');
      run(next);
    });
  },
};

function run(steps) {
  for (const step of steps) commands[step.name](step);
}

function tell(what) {
  return ({ error }) => process.send({ what, outcome: error?.kind ?? 'success' });
}

async function settle(what, work) {
  await work.then(
    () => tell(what)({}),
    (error) => tell(what)({ error }),
  );
}

function onceHeard(channel, listener) {
  const hear = () => {
    unsubscribe(channel, hear);
    listener();
  };
  subscribe(channel, hear);
}

await import('undici'); // loading takes long on a busy machine, and limits begin with an export
process.on('message', run);
tell('start')({});
