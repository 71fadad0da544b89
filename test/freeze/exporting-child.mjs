// Exports as it is told over its IPC channel: `exporting-child.mjs OPTIONS BUSY_FILE GO_FILE`. Where a
// test wants to stop it in the middle of synchronous work, it says so by the first file and works until
// there is the second.

import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { existsSync, writeFileSync } from 'node:fs';
import { DatadogSpanExporter } from '../../dist/index.js';

const [options, busyFile, goFile] = process.argv.slice(2);
const exporter = new DatadogSpanExporter(JSON.parse(options));

/** Where in the event loop the work begins. */
const moments = {
  poll: (work) => work(), // an IPC message is I/O
  timers: (work) => setTimeout(work),
  check: (work) => setImmediate(work),
  connecting: (work) => {
    // net calls the kernel in the tick that follows.
    onceHeard('undici:client:beforeConnect', () => process.nextTick(() => process.nextTick(work)));
  },
  sent: (work) => onceHeard('undici:request:bodySent', work),
};

const commands = {
  export: ({ spanId }) => exporter.export([spanOf(spanId)], tell(spanId)),
  flush: () => exporter.forceFlush().then(() => tell('flush')({ code: 0 })),
  shutdown: () => exporter.shutdown().then(() => tell('shutdown')({ code: 0 })),
  /** Works, and then carries out a command in the same tick. */
  work: ({ from, next }) => {
    moments[from](() => {
      writeFileSync(busyFile, '');
      while (!existsSync(goFile));
      if (next !== undefined) commands[next.name](next);
    });
  },
};

function tell(what) {
  return ({ code, error }) => process.send({ what, outcome: code === 0 ? 'success' : error.kind });
}

function onceHeard(channel, listener) {
  const hear = () => {
    unsubscribe(channel, hear);
    listener();
  };
  subscribe(channel, hear);
}

function spanOf(spanId) {
  const spanContext = () => ({ traceId: spanId.padStart(32, 'a'), spanId });
  return {
    ...{ name: 'n', kind: 0, startTime: [1700000000, 0], endTime: [1700000001, 0] },
    ...{ attributes: {}, resource: { attributes: {} }, spanContext },
  };
}

process.on('message', (command) => commands[command.name](command));
process.send({ what: 'start', outcome: 'success' });
