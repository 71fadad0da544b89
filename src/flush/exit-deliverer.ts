// Owns finding those who can deliver their spans when the process ends: exporters of this package, and
// processors in front of one. Knows nothing of how they do that, nor of what ends the process.

import { processWide } from '../lang/process-wide.js';

const DELIVERERS = Symbol.for('opentelemetry-exporter-datadog-agent.exit-deliverers.v4');
/** The number of deliverers at each multiple of which those that were garbage-collected are forgotten. */
const PRUNE_AFTER = 64;

export interface ExitAccount {
  /** Spans that the exporter was handed so far. */
  readonly received: number;
  /** Spans of `received` that are neither exported nor dropped. */
  readonly unsettled: number;
}

export interface ExitDeliverer {
  /** Whose spans it delivers: those of a processor in front of an exporter are the exporter's. */
  readonly exporter: object;
  account(): ExitAccount;
  /** Ends waits in time for the exports under way to be over within `leftMillis`; `cause` says why. */
  hurry(leftMillis: number, cause: Error): void;
  /** Aborts the exports under way, so that they no longer keep the process alive. */
  cutShort(cause: Error): void;
  /** Has whatever holds spans hand them over, so that the account includes them. Never throws. */
  handOver(): void;
  /**
   * Blocks until the Agent has answered for all that was handed over, or the time is up. A thread that has to be
   * started first may take `limitMillis`, and only the rest is counted against `timeoutMillis`. Never throws.
   */
  deliver(timeoutMillis: number, limitMillis: number): void;
}

interface Deliverers {
  /** A deliverer lives as long as its owner. */
  readonly byOwner: WeakMap<object, ExitDeliverer>;
  readonly all: Set<WeakRef<ExitDeliverer>>;
}

/** Lets `exitDelivererOf` find `deliverer` for `owner`. */
export function registerExitDeliverer(owner: object, deliverer: ExitDeliverer): void {
  const { byOwner, all } = deliverers();
  byOwner.set(owner, deliverer);
  if (all.size % PRUNE_AFTER === 0) prune(all);
  all.add(new WeakRef(deliverer));
}

/** Lets `exitDelivererOf` find the deliverer of `owner` for `other`, too. */
export function shareExitDeliverer(owner: object, other: object): void {
  const { byOwner } = deliverers();
  const deliverer = byOwner.get(owner);
  if (deliverer !== undefined) byOwner.set(other, deliverer);
}

export function exitDelivererOf(owner: object): ExitDeliverer | undefined {
  return deliverers().byOwner.get(owner);
}

/**
 * The deliverers of the spans of `target`. A tracer provider does not say which processors it has, so all
 * deliverers of the process are taken for its own.
 */
export function exitDeliverersOf(target: object): readonly ExitDeliverer[] {
  const own = exitDelivererOf(target);
  if (own !== undefined) return [own];
  return isProvider(target) ? living(deliverers().all) : [];
}

/** Whether `target` can have deliverers, now or later. */
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
  return processWide(DELIVERERS, 'byOwner', () => ({ byOwner: new WeakMap(), all: new Set() }));
}
