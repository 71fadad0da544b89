// Owns the exporters of processes that tests start: what an exporter promises is watched there as well, and
// a broken promise is written to stderr, which the tests want empty. Nothing is installed but for that.

import { writeSync } from 'node:fs';
import { threadId } from 'node:worker_threads';
import { DatadogSpanExporter } from '../../dist/index.js';
import { plainSpan } from '../support/plain-span.mjs';

const watched = [];

/** By default one whose Agent is that of the environment. */
export function openExporter(options = {}, Exporter = DatadogSpanExporter) {
  const exporter = new Exporter(options);
  const calls = [];
  watched.push({ exporter, calls });
  const inner = exporter.export.bind(exporter);
  exporter.export = (spans, callback) => {
    const index = calls.push(0) - 1;
    let isReturned = false;
    inner(spans, (result) => {
      if (!isReturned) complain('called back before export() returned');
      if (++calls[index] > 1) complain('called back twice');
      checkBalance(exporter);
      callback(result);
    });
    isReturned = true;
    checkBalance(exporter);
  };
  return exporter;
}

/** What an export of so many spans comes to: `success` or the kind of its error. */
export function outcomeOf(exporter, spans = 1) {
  const batch = Array.from({ length: spans }, makeSpan);
  return new Promise((resolve) => {
    exporter.export(batch, ({ error }) => resolve(error?.kind ?? 'success'));
  });
}

/** As in the SDK, all spans share it. Threads share the process, but no ids. */
const resource = { attributes: { 'service.name': `process ${process.pid}` } };
const threadBits = BigInt(threadId) << 48n;
let made = 0;

export function makeSpan() {
  made++;
  const own = BigInt(process.pid * 1_000_000 + made);
  return plainSpan((threadBits + own).toString(16).padStart(16, '0'), resource);
}

function checkBalance(exporter) {
  const stats = exporter.stats();
  const { received, exported, dropped, buffered, inFlight } = stats;
  if (received !== exported + dropped + buffered + inFlight) complain(JSON.stringify(stats));
}

/** Written at once: the process may be about to end. */
function complain(what) {
  writeSync(2, `broken promise: ${what}\n`);
}

process.on('exit', () => {
  for (const { exporter } of watched) checkBalance(exporter);
});
