// Owns finding out what can see to its spans when the process ends: exporters of this package, and
// processors in front of one. Knows nothing of how that is done, nor of what ends the process.

import { processWide } from './lang/process-wide.js';

const DELIVERERS = Symbol.for('opentelemetry-exporter-datadog-agent.exit-deliverers.v2');
/** So many more are looked at before those that are gone are forgotten. */
const PRUNE_AFTER = 64;

export interface ExitAccount {
  /** Spans that the exporter was handed so far. */
  readonly received: number;
  /** Those of them that are neither exported nor dropped. */
  readonly unsettled: number;
}

export interface ExitDeliverer {
  account(): ExitAccount;
  /** Ends every wait in time for the exports under way to be over by then; `cause` is why. */
  hurry(leftMillis: number, cause: Error): void;
  /** Ends the exports under way, so that they hold the process no longer. */
  cutShort(cause: Error): void;
  /** Has what holds spans hand them over, so that the account knows them. Never throws. */
  handOver(): void;
  /** Blocks until the Agent has answered for all that was handed over, or the time is up. Never throws. */
  deliver(timeoutMillis: number): void;
}

interface Deliverers {
  /** A deliverer lives as long as its owner. */
  readonly byOwner: WeakMap<object, ExitDeliverer>;
  readonly all: Set<WeakRef<ExitDeliverer>>;
}

/** Lets `exitDelivererOf` find what sees to the spans of `owner`. */
export function registerExitDeliverer(owner: object, deliverer: ExitDeliverer): void {
  const { byOwner, all } = deliverers();
  byOwner.set(owner, deliverer);
  if (all.size % PRUNE_AFTER === 0) prune(all);
  all.add(new WeakRef(deliverer));
}

/** Lets `exitDelivererOf` find for `other` what sees to the spans of `owner`. */
export function shareExitDeliverer(owner: object, other: object): void {
  const { byOwner } = deliverers();
  const deliverer = byOwner.get(owner);
  if (deliverer !== undefined) byOwner.set(other, deliverer);
}

export function exitDelivererOf(owner: object): ExitDeliverer | undefined {
  return deliverers().byOwner.get(owner);
}

/**
 * Those that see to the spans of `target`. A tracer provider does not say which processors it has: all of
 * the process are taken for its own.
 */
export function exitDeliverersOf(target: object): readonly ExitDeliverer[] {
  const own = exitDelivererOf(target);
  if (own !== undefined) return [own];
  return isProvider(target) ? living(deliverers().all) : [];
}

/** Whether there can be any, now or later. */
export function mayHaveExitDeliverers(target: object): boolean {
  return exitDelivererOf(target) !== undefined || isProvider(target);
}

function isProvider(target: object): boolean {
  return 'getTracer' in target;
}

function living(all: ReadonlySet<WeakRef<ExitDeliverer>>): readonly ExitDeliverer[] {
  return [...all].flatMap((ref) => ref.deref() ?? []);
}

function prune(all: Set<WeakRef<ExitDeliverer>>): void {
  for (const ref of all) if (ref.deref() === undefined) all.delete(ref);
}

function deliverers(): Deliverers {
  return processWide(DELIVERERS, isDeliverers, () => ({ byOwner: new WeakMap(), all: new Set() }));
}

function isDeliverers(value: unknown): value is Deliverers {
  return typeof value === 'object' && value !== null && 'byOwner' in value;
}
