// Owns waiting for work no longer than a caller's time limit and signal allow. Ends the wait, never the
// work.

import { onAbort } from './abort.js';
import { type Clock, nothingToDispose } from './clock.js';
import { settleOnce } from './settle-once.js';

export type WaitOutcome<T> =
  | { readonly kind: 'done'; readonly value: T }
  | { readonly kind: 'timeout' }
  | { readonly kind: 'aborted'; readonly cause: unknown };

export interface WaitLimits {
  readonly clock: Clock;
  readonly timeoutMillis: number;
  readonly signal: AbortSignal | undefined;
}

/**
 * Begins work, which must never reject, and resolves with what comes first. An equal wait within the work ends
 * later: its timer is newer.
 */
export function waitFor<T>(
  beginWork: () => Promise<T>,
  limits: WaitLimits,
): Promise<WaitOutcome<T>> {
  const { clock, timeoutMillis, signal } = limits;
  return new Promise((resolve) => {
    let stopListening = nothingToDispose;
    const stopTimer = clock.schedule(timeoutMillis, () => settle({ kind: 'timeout' }));
    const settle = settleOnce<WaitOutcome<T>>((outcome) => {
      stopTimer();
      stopListening();
      resolve(outcome);
    });
    stopListening = onAbort(signal, () => settle({ kind: 'aborted', cause: signal?.reason }));
    void beginWork().then((value) => settle({ kind: 'done', value }));
  });
}
