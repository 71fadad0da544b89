// Owns listening to abort signals: every listener that is added can be removed again. Knows nothing
// of what is being aborted. `AbortSignal.any` is not used anywhere: a composed signal cannot be detached
// from its sources while they live.

import { bare } from './bare-object.js';
import { type Dispose, nothingToDispose } from './clock.js';

type Listener = () => void;

/** The one listener that is added to a signal, and all the listeners that it calls. */
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

/** Listens to a signal; can be started and stopped repeatedly. */
export class AbortWatch {
  readonly #signal: AbortSignal | undefined;
  readonly #listener: Listener;
  #stop: Dispose | undefined;

  constructor(signal: AbortSignal | undefined, listener: Listener) {
    this.#signal = signal;
    this.#listener = listener;
  }

  /** Starts listening; false if it was listening already. */
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
  signal.addEventListener('abort', tell, bare({ once: true }));
  return shared;
}
