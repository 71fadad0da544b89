// Owns freezing a process at a place and for a time, and letting it go on.

import { setTimeout as delay } from 'node:timers/promises';
import type { DatadogSpanExporterOptions } from '../../src/index.js';
import type { FaultServer } from '../support/fault-server.js';
import { type Exported, type ExportingProcess, openExportingProcess } from './exporting-process.js';

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
type Place = (typeof PLACES)[number];

export interface Frozen {
  readonly exporting: ExportingProcess;
  /** Was accepted, so that there is a kept connection. */
  readonly before: Exported;
  /** Lets the process go on; an export is the first thing that it does. */
  readonly thaw: () => Exported;
}

/** Opens a process that exports once, and freezes it at this place. It never retries. */
export async function exportAndFreeze(url: string, place: Place): Promise<Frozen> {
  const exporting = await openExportingProcess({ url, maxRetries: 0 });
  const before = exporting.export();
  if ((await before.outcome) !== 'success') throw new Error('the export before failed');
  const stopped = place === 'idle' ? undefined : exporting.stopAndExport(place);
  if (stopped === undefined) await exporting.stop();
  await exporting.isStopped();
  const thaw = (): Exported => {
    const exported = stopped ?? exporting.export();
    exporting.thaw();
    return exported;
  };
  return { exporting, before, thaw };
}

/**
 * Waits for the process to be stopped, and thaws it when `meanwhile` is done and what had up to so many
 * milliseconds left is overdue.
 */
export async function thawAfter(
  millis: number,
  exporting: ExportingProcess,
  meanwhile: () => Promise<void> = () => Promise.resolve(),
): Promise<void> {
  await exporting.isStopped();
  const end = performance.now() + millis + SLACK_MILLIS;
  await meanwhile();
  await timePasses(Math.max(end - performance.now(), 0));
  exporting.thaw();
}

/** How long a process is frozen is the fault that is played: no event tells when it is over. */
export async function timePasses(millis: number): Promise<void> {
  await delay(millis);
}

/** Of every span that arrived, in order. */
export function spanIdsOf(server: FaultServer): readonly bigint[] {
  return server.spans.map(({ spanId }) => spanId);
}

/** For comparing what was sent with what arrived, where the order is open. */
export function inOrder(spanIds: readonly bigint[]): readonly bigint[] {
  return spanIds.toSorted((a, b) => Number(a - b));
}
