// Owns listening to abort signals: every listener that is added can be removed again. Knows nothing
// of what is being aborted. `AbortSignal.any` is not used anywhere: what it
// composes cannot be taken apart again while its sources live.

import { type Dispose, nothingToDispose } from './clock.js';

/**
 * Calls `listener` when `signal` aborts, at once if it has aborted already. The returned disposer
 * removes the listener.
 */
export function onAbort(signal: AbortSignal | undefined, listener: () => void): Dispose {
  if (signal === undefined) return nothingToDispose;
  if (signal.aborted) {
    listener();
    return nothingToDispose;
  }
  signal.addEventListener('abort', listener, { once: true });
  return () => signal.removeEventListener('abort', listener);
}
