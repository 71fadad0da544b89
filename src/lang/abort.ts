// Owns listening to abort signals: every listener that is added can be removed again. Knows nothing
// of what is being aborted. `AbortSignal.any` is not used anywhere: what it composes cannot be taken
// apart again while its sources live.

import { type Dispose, nothingToDispose } from './clock.js';

type Listener = () => void;

/** All that wait for one signal, behind the one listener that it gets. */
interface Audience {
  readonly listeners: Set<Listener>;
  readonly tell: Listener;
}

/** One listener per signal however many wait for it, because Node warns of a leak at the eleventh. */
const audiences = new WeakMap<AbortSignal, Audience>();

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
  const { listeners, tell } = audiences.get(signal) ?? openAudience(signal);
  const entry: Listener = () => listener(); // the same function may be given twice
  listeners.add(entry);
  return () => {
    if (!listeners.delete(entry) || listeners.size > 0) return;
    signal.removeEventListener('abort', tell);
    audiences.delete(signal);
  };
}

function openAudience(signal: AbortSignal): Audience {
  const listeners = new Set<Listener>();
  const tell = (): void => {
    audiences.delete(signal);
    for (const listener of listeners) listener();
  };
  const audience = { listeners, tell };
  audiences.set(signal, audience);
  signal.addEventListener('abort', tell, { once: true });
  return audience;
}
