// Owns how long a test freezes a process, and what holds around it.

import type { DatadogSpanExporterOptions } from '../../src/index.js';
import type { FaultServer } from '../support/fault-server.js';
import { until } from '../support/until.js';
import type { Exported, ExportingProcess } from './exporting-process.js';

/** Limits far beyond any freeze, so that each test has those that it is about. */
export const PATIENT: DatadogSpanExporterOptions = {
  timeoutMillis: 60_000,
  attemptTimeoutMillis: 60_000,
  connectTimeoutMillis: 60_000,
  flushTimeoutMillis: 60_000,
  graceMillis: 60_000,
  maxRetries: 0,
};

/** Timers count whole milliseconds, and so does the kernel where it stops a process. */
const SLACK_MILLIS = 50;

/** Where a process is when it is stopped: waiting for I/O, or at work in a phase of its event loop. */
export const PLACES = ['idle', 'poll', 'timers', 'check'] as const;
export type Place = (typeof PLACES)[number];

/** Freezes until `meanwhile` is done. The export is the first thing that is done after the thaw. */
export async function exportAfterFreeze(
  exporting: ExportingProcess,
  place: Place,
  meanwhile: () => Promise<void>,
): Promise<Exported> {
  const working = place === 'idle' ? undefined : await exporting.workAndExport(place);
  await exporting.freeze();
  await meanwhile();
  const exported = working ?? exporting.export();
  exporting.thaw();
  return exported;
}

/** Freezes until `meanwhile` is done and what had up to so many milliseconds left is overdue. */
export async function freezeFor(
  millis: number,
  exporting: ExportingProcess,
  meanwhile: () => Promise<void> = () => Promise.resolve(),
): Promise<void> {
  await exporting.freeze();
  const end = performance.now() + millis + SLACK_MILLIS;
  await meanwhile();
  await until('the limit is overdue', () => performance.now() > end);
  exporting.thaw();
}

/** Of every span that arrived, in order. */
export function spanIdsOf(server: FaultServer): readonly bigint[] {
  return server.spans.map(({ spanId }) => spanId);
}
