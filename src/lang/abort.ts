// Owns listening to abort signals: every listener that is added can be removed again. Knows nothing
// of what is being aborted. `AbortSignal.any` is not used anywhere: what it composes cannot be taken
// apart again while its sources live.

import { type Dispose, nothingToDispose } from './clock.js';

type Listener = () => void;

/** The one listener that a signal gets, and all that wait for the signal behind it. */
interface SharedListener {
  readonly listeners: Set<Listener>;
  readonly tell: Listener;
}

/** One listener per signal however many wait for it, because Node warns of a leak at the eleventh. */
const sharedListeners = new WeakMap<AbortSignal, SharedListener>();

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
  const { listeners, tell } = sharedListeners.get(signal) ?? shareListener(signal);
  const entry: Listener = () => listener(); // the same function may be given twice
  listeners.add(entry);
  return () => {
    if (!listeners.delete(entry) || listeners.size > 0) return;
    signal.removeEventListener('abort', tell);
    sharedListeners.delete(signal);
  };
}

/** Listening to a signal that may begin and end again and again. */
export class AbortWatch {
  readonly #signal: AbortSignal | undefined;
  readonly #listener: Listener;
  #stop: Dispose | undefined;

  constructor(signal: AbortSignal | undefined, listener: Listener) {
    this.#signal = signal;
    this.#listener = listener;
  }

  /** Returns whether it begins now. */
  start(): boolean {
    if (this.#stop !== undefined) return false;
    this.#stop = onAbort(this.#signal, this.#listener);
    return true;
  }

  stop(): void {
    this.#stop?.();
    this.#stop = undefined;
  }
}

function shareListener(signal: AbortSignal): SharedListener {
  const listeners = new Set<Listener>();
  const tell = (): void => {
    sharedListeners.delete(signal);
    for (const listener of listeners) listener();
  };
  const shared = { listeners, tell };
  sharedListeners.set(signal, shared);
  signal.addEventListener('abort', tell, { once: true });
  return shared;
}
