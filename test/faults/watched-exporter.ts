// Owns the promises that hold in every row of the fault matrix, whatever its fault: an exporter that is
// opened here is watched from its first call to its shutdown, and each broken promise fails the test.
// Knows nothing of any fault.

import { getEventListeners } from 'node:events';
import { afterEach, beforeEach, expect } from 'vitest';
import type {
  DatadogSpanExporter,
  DatadogSpanExporterOptions,
  ExportResult,
  ReadableSpan,
} from '../../src/index.js';
import { listenToDiag } from '../support/diag-log.js';
import { openExporter as open } from '../support/exporters.js';
import { checkArrivals } from '../support/fault-server.js';
import { wallMillis } from '../support/wall-time.js';
import { imbalanceOf, tellingProvider } from './account-watch.js';
import { watchMemory } from './held-memory.js';
import { watchProcess } from './quiet-process.js';
import { expectNoSockets, inRequest, watchNetwork } from './untraced.js';

/** A value of an attribute that no line of a log may show. */
export const SECRET = 'value that nobody may log';
/** Beyond a limit: less than 100 ms where nothing else runs, the rest is for a busy machine. */
export const SLACK_MILLIS: number = 100 + 400;
/** Ending an export takes time, which shows where there are thousands. */
const MILLIS_PER_EXPORT = 0.2;

/** One exporter under watch. */
interface Watched {
  readonly exporter: DatadogSpanExporter;
  readonly signal: AbortSignal | undefined;
  /** Exports whose callback has not come yet. */
  waiting: number;
}

const watched: Watched[] = [];
const broken: string[] = [];
const warnings: string[] = [];

checkArrivals();
watchProcess();
watchNetwork();
listenToDiag((line, loudness) => {
  if (line.includes(SECRET)) broken.push(`shows an attribute: ${line}`);
  if (loudness === 'warn') warnings.push(line);
});

beforeEach(() => {
  broken.length = 0;
  warnings.length = 0;
});

afterEach(async () => {
  const all = watched.splice(0);
  await Promise.all(all.map(({ exporter }) => exporter.shutdown({ graceMillis: 0 })));
  for (const one of all) expectDone(one);
  expectPromisesKept(all.length);
  await expectNoSockets();
});

/** Opens an exporter that has to keep all promises. It is shut down after its test. */
export function openExporter(options: DatadogSpanExporterOptions): DatadogSpanExporter {
  const excessOf = watchMemory(options);
  const look = (): void => void broken.push(...imbalanceOf(exporter), ...excessOf());
  const exporter = open({ selfObsMeterProvider: tellingProvider(look), ...options });
  const one: Watched = { exporter, signal: options.signal, waiting: 0 };
  watched.push(one);
  const { timeoutMillis = 10_000 } = options;
  return Object.assign(exporter, {
    export: watchExport(one, timeoutMillis),
    forceFlush: bounded('forceFlush', one, exporter.flushTimeoutMillis),
    shutdown: bounded('shutdown', one, exporter.graceMillis),
  });
}

/** Once, later, in time, and without an exception that leaves the call. */
function watchExport(one: Watched, timeoutMillis: number): DatadogSpanExporter['export'] {
  const inner = one.exporter.export.bind(one.exporter);
  return (spans: readonly ReadableSpan[], callback: (result: ExportResult) => void) => {
    const start = wallMillis();
    let calls = 0;
    let isReturned = false;
    one.waiting++;
    const watch = (result: ExportResult): void => {
      one.waiting--;
      if (++calls > 1) broken.push('called back twice');
      if (!isReturned) broken.push('called back before export() returned');
      const millis = wallMillis() - start;
      if (millis > timeoutMillis + SLACK_MILLIS) broken.push(`called back after ${millis} ms`);
      broken.push(...imbalanceOf(one.exporter));
      callback(result);
    };
    try {
      inRequest(() => inner(spans, watch));
    } catch (error) {
      broken.push(`export() threw: ${String(error)}`);
    }
    isReturned = true;
    broken.push(...imbalanceOf(one.exporter));
  };
}

interface Limits {
  readonly timeoutMillis?: number | undefined;
  readonly graceMillis?: number | undefined;
}

/** In time, and without an exception that leaves the call. */
function bounded(
  name: 'forceFlush' | 'shutdown',
  one: Watched,
  defaultMillis: number,
): (options?: Limits) => Promise<void> {
  const inner = one.exporter[name].bind(one.exporter);
  return async (options = {}) => {
    const givenMillis = options.timeoutMillis ?? options.graceMillis ?? defaultMillis;
    const limitMillis = givenMillis + SLACK_MILLIS + one.waiting * MILLIS_PER_EXPORT;
    const start = wallMillis();
    try {
      await inner(options);
    } finally {
      const millis = wallMillis() - start;
      if (millis > limitMillis) broken.push(`${name} took ${millis} ms`);
    }
  };
}

/** After the shutdown nothing is under way, and nobody listens to the user's signal any more. */
function expectDone({ exporter, signal, waiting }: Watched): void {
  expect(exporter.stats()).toMatchObject({ buffered: 0, inFlight: 0 });
  expect({ waiting, broken: imbalanceOf(exporter) }).toEqual({ waiting: 0, broken: [] });
  if (signal !== undefined) expect(getEventListeners(signal, 'abort')).toEqual([]);
}

/** An exporter says a thing once: no test lasts a minute. */
function expectPromisesKept(exporters: number): void {
  expect(broken).toEqual([]);
  const times = new Map<string, number>();
  for (const line of warnings) {
    const kind = line.replaceAll(/\d+/g, '#');
    times.set(kind, (times.get(kind) ?? 0) + 1);
  }
  const loud = [...times].filter(([, count]) => count > exporters);
  expect(loud).toEqual([]);
}
