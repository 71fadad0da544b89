// Owns how received traces are shown: each as a tree of spans with bars on a common time axis.

import { red } from './colour.mjs';
import { rootOf, rowsOf } from './span-tree.mjs';

const LABEL_COLUMNS = 48;
const PLACE_COLUMNS = 14;
const MILLIS_COLUMNS = 8;
const BAR_COLUMNS = 20;

const HEADINGS = [
  '  operation  resource'.padEnd(LABEL_COLUMNS),
  'service, where'.padEnd(PLACE_COLUMNS),
  'duration'.padEnd(MILLIS_COLUMNS + 3),
  'start to end of trace\n',
].join(' ');

/** Prints up to three different traces: one with an error, the largest and the smallest. */
export function printTraces(traces) {
  const bySize = traces.toSorted((a, b) => b.spans.length - a.spans.length);
  const failed = traces.find(({ spans }) => spans.some((span) => span.error !== 0));
  const shown = new Set([bySize[0], failed, bySize.at(-1)].filter((trace) => trace !== undefined));
  console.log(HEADINGS);
  for (const trace of shown) printTrace(trace);
  console.log(`... and ${traces.length - shown.size} more traces\n`);
}

function printTrace({ traceId, spans }) {
  const axis = axisOf(spans);
  const count = spans.length === 1 ? '1 span' : `${spans.length} spans`;
  console.log(`trace ${traceId}   ${rootOf(spans).resource}, ${count}`);
  for (const { span, depth } of rowsOf(spans)) {
    console.log(rowOf(span, depth, axis));
    if (span.error !== 0) console.log(red(`${'  '.repeat(depth + 2)}ERROR ${errorOf(span)}`));
  }
  console.log();
}

function rowOf(span, depth, axis) {
  const label = `${'  '.repeat(depth + 1)}${span.name}  ${span.resource}`.padEnd(LABEL_COLUMNS);
  const place = `${span.service} ${span.meta['service.instance.id']}`.padEnd(PLACE_COLUMNS);
  const millis = (Number(span.durationNanos) / 1e6).toFixed(2).padStart(MILLIS_COLUMNS);
  return `${label} ${place} ${millis} ms ${barOf(span, axis)}`;
}

function axisOf(spans) {
  const starts = spans.map((span) => span.startUnixNanos);
  const ends = spans.map((span) => span.startUnixNanos + span.durationNanos);
  const start = starts.reduce((least, at) => (at < least ? at : least));
  const end = ends.reduce((most, at) => (at > most ? at : most));
  return { start, nanos: Number(end > start ? end - start : 1n) };
}

/** At least one block, also for a span that is shorter than a column. */
function barOf(span, axis) {
  const columnOf = (nanos) => Math.round((Number(nanos) / axis.nanos) * BAR_COLUMNS);
  const offset = Math.min(columnOf(span.startUnixNanos - axis.start), BAR_COLUMNS - 1);
  const length = Math.max(1, Math.min(columnOf(span.durationNanos), BAR_COLUMNS - offset));
  return `|${(' '.repeat(offset) + '█'.repeat(length)).padEnd(BAR_COLUMNS)}|`;
}

function errorOf({ meta, metrics }) {
  const message = meta['error.message'];
  if (message !== undefined) return `${meta['error.type']}: ${message}`;
  return `HTTP status ${meta['http.status_code'] ?? metrics['http.status_code']}`;
}
