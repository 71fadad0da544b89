// Owns draining what can be flushed: one target or several, in order, under one deadline. Knows nothing
// of why they are drained, nor of what becomes of their spans.

import { waitFor, type WaitLimits } from '../lang/bounded-wait.js';
import { exitDelivererOf } from './exit-deliverer.js';
import type { Flushable, FlushOptions } from './flush-target.js';

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
  /** All that is left of any target waits for a time that the Agent has set; the exports go on. */
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
  const round = new FlushRound(targets, limits, end.signal);
  const outcome = await waitFor(() => round.run(), limits);
  end.abort(DRAIN_ENDED);
  return outcome.kind === 'done' ? outcome.value : outcome;
}

/** How far the flush of a target has come. `deferred`: all that is left of it waits for a time that the Agent has set. */
type Progress = 'due' | 'flushing' | 'deferred' | 'flushed';

/** One flush of each target, in turn. */
class FlushRound {
  readonly #targets: readonly Flushable[];
  readonly #options: FlushOptions;
  readonly #leavesDeferred: boolean;
  readonly #progress: Progress[];
  readonly #errors: unknown[][] = [];
  #onProgress = (): void => undefined;

  constructor(targets: readonly Flushable[], limits: DrainLimits, signal: AbortSignal) {
    this.#targets = targets;
    this.#options = { signal, timeoutMillis: Math.ceil(limits.timeoutMillis) };
    this.#leavesDeferred = limits.deferral === 'leave';
    this.#progress = targets.map(() => 'due');
  }

  async run(): Promise<DrainOutcome> {
    for (const index of this.#targets.keys()) {
      if (this.#options.signal.aborted) return { kind: 'timeout' };
      void this.#flush(index);
      this.#flushAhead(index + 1);
      await this.#turnOver(index);
    }
    for (const index of this.#targets.keys()) await this.#turnOver(index);
    const isDone = this.#progress.every((one) => one === 'flushed');
    return isDone ? { kind: 'done', errors: this.#errors.flat() } : { kind: 'deferred' };
  }

  async #flush(index: number): Promise<void> {
    this.#note(index, 'flushing');
    this.#errors[index] = [...(await this.#flushOne(index, 'flushing'))];
    this.#note(index, 'flushed');
  }

  /**
   * Flushes our own targets ahead of their turn. Once the SDK's processor has handed its spans to the exporter, it
   * waits for the result, and only a flush of the exporter at the same time can end a backoff of that export.
   * The targets of others are flushed in their turn only, and only flushes in turn report errors.
   */
  #flushAhead(from: number): void {
    for (const [index, target] of this.#targets.entries()) {
      if (index >= from && isOurs(target)) void this.#flushOne(index, 'due');
    }
  }

  /**
   * Returns the errors of the flush; SDK providers reject with a list of those of all their processors. It may be
   * deferred while its target is as it was at the start: one ahead of its turn knows nothing of what came later.
   */
  async #flushOne(index: number, during: Progress): Promise<readonly unknown[]> {
    const onDeferred = (): void => {
      if (this.#progress[index] === during) this.#note(index, 'deferred');
    };
    const options = this.#leavesDeferred ? { ...this.#options, onDeferred } : this.#options;
    try {
      await this.#targets[index]?.forceFlush(options);
      return [];
    } catch (error) {
      return [error].flat();
    }
  }

  #note(index: number, progress: Progress): void {
    this.#progress[index] = progress;
    this.#onProgress();
  }

  async #turnOver(index: number): Promise<void> {
    await new Promise<void>((resolve) => {
      this.#onProgress = () => {
        if (this.#isTurnOver(index)) resolve();
      };
      this.#onProgress();
    });
  }

  /** A foreign target is assumed to wait for a deferred one of ours behind it; nothing can tell. */
  #isTurnOver(index: number): boolean {
    const progress = this.#progress[index];
    if (progress === 'flushed' || progress === 'deferred') return true;
    const target = this.#targets[index];
    return (
      target !== undefined && !isOurs(target) && this.#progress.includes('deferred', index + 1)
    );
  }
}

function isOurs(target: Flushable): boolean {
  return exitDelivererOf(target) !== undefined;
}
