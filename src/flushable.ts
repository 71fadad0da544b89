// Owns draining what can be flushed: one target or several, in order, under one deadline. Knows nothing
// of why they are drained, nor of what becomes of their spans.

import { waitFor, type WaitLimits } from './lang/bounded-wait.js';
import { expectation } from './option-checks.js';

/** An exporter, a span processor or a tracer provider: whatever holds spans and can be told to send them. */
export interface Flushable {
  forceFlush(): Promise<void>;
}

/** Several are flushed one after another: first what holds spans, last the exporter that sends them. */
export type FlushTarget = Flushable | readonly Flushable[];

export type DrainOutcome =
  /** All were flushed; `errors` is what some of them threw. */
  | { readonly kind: 'done'; readonly errors: readonly unknown[] }
  /** The flush that was under way goes on; those behind it were not begun. */
  | { readonly kind: 'timeout' }
  | { readonly kind: 'aborted'; readonly cause: unknown };

/** Flushes in order until all are done or a limit is reached. A flush that fails does not stop the next. */
export async function drain(target: FlushTarget, limits: WaitLimits): Promise<DrainOutcome> {
  const work = { isWanted: true };
  const outcome = await waitFor(flushAll(targetsOf(target), work), limits);
  work.isWanted = false;
  return outcome.kind === 'done' ? { kind: 'done', errors: outcome.value } : outcome;
}

/** @throws TypeError unless `target` can be flushed, or is a list of what can. */
export function checkFlushTarget(name: string, target: unknown): FlushTarget {
  const targets: readonly unknown[] = Array.isArray(target) ? target : [target];
  if (!targets.every((one) => isFlushable(one))) {
    throw new TypeError(expectation(name, 'one or several with a method `forceFlush`', target));
  }
  return targets.filter((one) => isFlushable(one));
}

async function flushAll(
  targets: readonly Flushable[],
  work: { readonly isWanted: boolean },
): Promise<readonly unknown[]> {
  const errors: unknown[] = [];
  for (const target of targets) {
    if (!work.isWanted) break;
    try {
      await target.forceFlush();
    } catch (error) {
      errors.push(error);
    }
  }
  return errors;
}

function targetsOf(target: FlushTarget): readonly Flushable[] {
  return 'forceFlush' in target ? [target] : target;
}

function isFlushable(value: unknown): value is Flushable {
  return (
    typeof value === 'object' &&
    value !== null &&
    'forceFlush' in value &&
    typeof value.forceFlush === 'function'
  );
}
