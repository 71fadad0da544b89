// Exports as it is told over its IPC channel: `exporting-child.mjs OPTIONS WORKING_FILE GO_FILE`. Where a
// test wants to stop it in the middle of synchronous work, it says so by the first file and works until
// there is the second.

import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { existsSync, writeFileSync } from 'node:fs';
import { DatadogSpanExporter } from '../../dist/index.js';

const [options, workingFile, goFile] = process.argv.slice(2);
const exporter = new DatadogSpanExporter(JSON.parse(options));

/** Where in the event loop the work begins. */
const moments = {
  poll: (work) => work(), // an IPC message is I/O
  timers: (work) => setTimeout(() => work()),
  check: (work) => setImmediate(() => work()),
  connecting: (work) => {
    // net calls the kernel in the tick that follows.
    onceHeard('undici:client:beforeConnect', () => process.nextTick(() => process.nextTick(work)));
  },
  sent: (work) => onceHeard('undici:request:bodySent', work),
  // What follows from a reply has been done by then.
  answered: (work) => onceHeard('undici:request:trailers', () => setImmediate(() => work())),
};

const commands = {
  export: ({ spanId }) => exporter.export([spanOf(spanId)], tell(spanId)),
  flush: () => settle('flush', exporter.forceFlush()),
  shutdown: () => settle('shutdown', exporter.shutdown()),
  /** Works, and carries out what comes next in the same tick. */
  work: ({ from, next }) => {
    moments[from](() => {
      writeFileSync(workingFile, '');
      while (!existsSync(goFile));
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

function spanOf(spanId) {
  const traceId = spanId.padStart(32, 'a');
  return {
    name: 'n',
    kind: 0,
    startTime: [1700000000, 0],
    endTime: [1700000001, 0],
    attributes: {},
    resource: { attributes: {} },
    spanContext: () => ({ traceId, spanId }),
  };
}

process.on('message', run);
tell('start')({});
