// Owns draining what can be flushed: one target or several, in order, under one deadline. Knows nothing
// of why they are drained, nor of what becomes of their spans.

import { exitDelivererOf } from './exit-deliverer.js';
import type { Flushable, FlushOptions } from './flush-target.js';
import { waitFor, type WaitLimits } from './lang/bounded-wait.js';

export interface DrainLimits extends WaitLimits {
  /**
   * Whether the drain waits for what the Agent has deferred, or leaves that to go on without it.
   *
   * @default 'wait'
   */
  readonly deferral?: 'wait' | 'leave';
}

export type DrainOutcome =
  /** All were flushed; `errors` is what some of them threw. */
  | { readonly kind: 'done'; readonly errors: readonly unknown[] }
  /** The Agent has asked to come back later; the exports go on. */
  | { readonly kind: 'deferred' }
  /** The flush that was under way goes on; those behind it were not begun. */
  | { readonly kind: 'timeout' }
  | { readonly kind: 'aborted'; readonly cause: unknown };

/** A constant, as making the default reason takes 30 µs. */
const DRAIN_ENDED = Symbol('the drain has ended');

/** Flushes in order until all are done or a limit is reached. A flush that fails does not stop the next. */
export async function drain(
  targets: readonly Flushable[],
  limits: DrainLimits,
): Promise<DrainOutcome> {
  const end = new AbortController();
  const options = { signal: end.signal, timeoutMillis: Math.ceil(limits.timeoutMillis) };
  const work = new Promise<DrainOutcome>((resolve) => {
    const onDeferred = (): void => resolve({ kind: 'deferred' });
    const asked = limits.deferral === 'leave' ? { ...options, onDeferred } : options;
    void flushAll(targets, asked).then((errors) => resolve({ kind: 'done', errors }));
  });
  const outcome = await waitFor(work, limits);
  end.abort(DRAIN_ENDED);
  return outcome.kind === 'done' ? outcome.value : outcome;
}

async function flushAll(
  targets: readonly Flushable[],
  options: FlushOptions,
): Promise<readonly unknown[]> {
  const errors: unknown[] = [];
  for (const [index, target] of targets.entries()) {
    if (options.signal.aborted) break;
    const flush = flushOne(target, options);
    hurry(targets.slice(index + 1), options);
    errors.push(...(await flush));
  }
  return errors;
}

/**
 * Once the SDK's processor has handed its spans to the exporter, it waits for the result: only a flush
 * of the exporter at the same time can end a backoff of that export. What is not ours is flushed in its
 * turn only, and errors are those of that flush.
 */
function hurry(targets: readonly Flushable[], options: FlushOptions): void {
  for (const target of targets) {
    if (exitDelivererOf(target) !== undefined) void flushOne(target, options);
  }
}

/** The errors of one flush; providers of the SDK reject with those of all their processors. */
async function flushOne(target: Flushable, options: FlushOptions): Promise<readonly unknown[]> {
  try {
    await target.forceFlush(options);
    return [];
  } catch (error) {
    return [error].flat();
  }
}
