// Owns draining what can be flushed: one target or several, in order, under one deadline. Knows nothing
// of why they are drained, nor of what becomes of their spans.

import { exitDelivererOf } from './exit-deliverer.js';
import { waitFor, type WaitLimits } from './lang/bounded-wait.js';
import { hasMethods } from './lang/methods.js';
import { expectation } from './option-checks.js';

/**
 * What a drain tells those it flushes, so that nothing of theirs waits on when it has ended. The SDK's
 * processors take no heed of it, its tracer provider only of the time (from 2.12 on).
 */
export interface FlushOptions {
  /** Aborts when the drain has ended. */
  readonly signal: AbortSignal;
  /** What the whole drain may take, rounded up. */
  readonly timeoutMillis: number;
  /** To be called when all that is left waits for a moment that the Agent has named. */
  readonly onDeferred?: () => void;
}

/** An exporter, a span processor or a tracer provider: whatever holds spans and can be told to send them. */
export interface Flushable {
  forceFlush(options?: FlushOptions): Promise<void>;
}

/** Several are flushed one after another: first what holds spans, last the exporter that sends them. */
export type FlushTarget = Flushable | readonly Flushable[];

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

/**
 * What is to be flushed, in order.
 *
 * @throws TypeError unless `target` can be, or is a list of what can. An empty one would flush nothing.
 */
export function checkFlushTarget(name: string, target: unknown): readonly Flushable[] {
  const targets: readonly unknown[] = Array.isArray(target) ? target : [target];
  if (targets.length === 0 || !targets.every((one) => isFlushable(one))) {
    throw new TypeError(expectation(name, 'one or several with a method `forceFlush`', target));
  }
  return targets.filter((one) => isFlushable(one));
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

function isFlushable(value: unknown): value is Flushable {
  return hasMethods(value, ['forceFlush']);
}
