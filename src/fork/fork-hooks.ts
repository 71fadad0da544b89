// Owns what a fork hook is and how the hooks of one stage are run: in which order, each shielded from
// the others. Knows neither who registered them nor what brought the fork about.

import { isPromise } from 'node:util/types';
import type { Diagnostics } from '../diagnostics.js';
import { reasonOf } from '../lang/reason-text.js';

/** When a hook runs: `before` the fork; after it in the `parent`, or in the `child`: a copy, or a cluster worker. */
export type ForkStage = 'before' | 'parent' | 'child';

/**
 * What brought the fork about: a process that was started (`spawn`), a start as a worker of Node's
 * cluster (`worker`), a startup snapshot (`snapshot`), or a call of `withForkHooks` or
 * `afterForkInChild` (`manual`).
 */
export type ForkTrigger = 'spawn' | 'worker' | 'snapshot' | 'manual';

/** The argument of a hook. */
export interface ForkEvent {
  readonly stage: ForkStage;
  readonly trigger: ForkTrigger;
}

/** Called while the application waits; asynchronous work that it begins is not awaited. */
export type ForkHook = (event: ForkEvent) => void;

/** The hooks of one registration, at least one. */
export interface ForkHooks {
  readonly before?: ForkHook | undefined;
  readonly parent?: ForkHook | undefined;
  readonly child?: ForkHook | undefined;
}

/** Hooks as they are registered. Compared by identity: the same functions may be registered twice. */
export interface ForkEntry extends ForkHooks {
  /** What the user loses if one of the hooks fails, for the log. */
  readonly consequence?: string | undefined;
}

/** Runs the hooks of a stage. A hook that fails is logged and changes nothing for the others. */
export function runStage(
  entries: readonly ForkEntry[],
  event: ForkEvent,
  diagnostics: Diagnostics,
): void {
  const { stage } = event;
  for (const entry of stage === 'before' ? lastFirst(entries) : entries) {
    const hook = entry[stage];
    if (hook === undefined) continue;
    const report = (error: unknown): void => {
      const topic = `${stage} ${entry.consequence}`;
      logOf(entry, diagnostics).warn(topic, failure(entry, event, error));
    };
    runHook(hook, event, report);
  }
}

const logs = new WeakMap<ForkEntry, Diagnostics>();

/** Where the hooks of `entry` are warned of: those of all exporters together, as they say the same; a user's apart. */
function logOf(entry: ForkEntry, shared: Diagnostics): Diagnostics {
  if (entry.consequence !== undefined) return shared;
  const log = logs.get(entry) ?? shared.apart();
  logs.set(entry, log);
  return log;
}

/** The entries in reverse: arrays have no `toReversed` while Node 20 builds a startup snapshot. */
function lastFirst(entries: readonly ForkEntry[]): readonly ForkEntry[] {
  const reversed: ForkEntry[] = [];
  for (const entry of entries) reversed.unshift(entry);
  return reversed;
}

/** An async function is not a valid hook, but its rejection must not end the process either. */
function runHook(hook: ForkHook, event: ForkEvent, report: (error: unknown) => void): void {
  try {
    const result: unknown = hook(event);
    if (isPromise(result)) result.catch(report); // also of another realm
  } catch (error) {
    report(error);
  }
}

function failure(
  { consequence }: ForkEntry,
  { stage, trigger }: ForkEvent,
  error: unknown,
): string {
  const loss = consequence === undefined ? '' : `; ${consequence}`;
  return `a fork hook failed in stage ${stage} (${trigger})${loss}: ${reasonOf(error)}`;
}
