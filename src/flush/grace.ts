// Owns the grace of a shutdown: exports under way are hurried to end within it, and cut when it is over or the
// caller's signal aborts, whichever is first. Knows nothing of how either is done.

import { abortedBy, type Cancellation, SHUTDOWN } from '../cancellation.js';
import { onAbort } from '../lang/abort.js';
import type { WaitLimits } from '../lang/bounded-wait.js';
import type { Dispose } from '../lang/clock.js';

interface WorkInGrace {
  hurry(leftMillis: number, cancellation: Cancellation): void;
  cut(cancellation: Cancellation): void;
}

/** Begins a grace as long as the time limit. The disposer ends it without a cut, as all work is done. */
export function beginGrace(
  { clock, signal, timeoutMillis: graceMillis }: WaitLimits,
  work: WorkInGrace,
): Dispose {
  const stopListening = onAbort(signal, () => work.cut(abortedBy(signal)));
  if (graceMillis === 0) {
    work.cut(SHUTDOWN);
    return stopListening;
  }
  work.hurry(graceMillis, SHUTDOWN);
  const stopTimer = clock.schedule(graceMillis, () => work.cut(SHUTDOWN));
  return () => {
    stopTimer();
    stopListening();
  };
}
