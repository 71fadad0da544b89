// Owns draining what can be flushed: one target or several, in order, under one deadline. Knows nothing
// of why they are drained, nor of what becomes of their spans.

import { exitDelivererOf } from './exit-deliverer.js';
import type { Flushable, FlushOptions } from './flush-target.js';
import { waitFor, type WaitLimits } from './lang/bounded-wait.js';

export interface DrainLimits extends WaitLimits {
  /**
   * Whether the drain waits for exports that the Agent has deferred, or ends and leaves them to go on.
   *
   * @default 'wait'
   */
  readonly deferral?: 'wait' | 'leave';
}

export type DrainOutcome =
  /** All were flushed; `errors` is what some of them threw. */
  | { readonly kind: 'done'; readonly errors: readonly unknown[] }
  /** All that is left waits for a time that the Agent has set; the exports go on. */
  | { readonly kind: 'deferred' }
  /** The time is up: the flush that was under way goes on; those behind it were not begun. */
  | { readonly kind: 'timeout' }
  | { readonly kind: 'aborted'; readonly cause: unknown };

/** The reason with which a drain aborts its signal; a constant, as the default one is an error with a stack. */
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
 * Flushes our own targets ahead of their turn. Once the SDK's processor has handed its spans to the exporter, it
 * waits for the result, and only a flush of the exporter at the same time can end a backoff of that export.
 * The targets of others are flushed in their turn only, and only flushes in turn report errors.
 */
function hurry(targets: readonly Flushable[], options: FlushOptions): void {
  for (const target of targets) {
    if (exitDelivererOf(target) !== undefined) void flushOne(target, options);
  }
}

/** Flushes `target` and returns its errors; SDK providers reject with a list of those of all their processors. */
async function flushOne(target: Flushable, options: FlushOptions): Promise<readonly unknown[]> {
  try {
    await target.forceFlush(options);
    return [];
  } catch (error) {
    return [error].flat();
  }
}
