// Owns telling whoever waits for exports that all of them are themselves waiting for a moment that the Agent has
// named. Knows nothing of exports: those who wait say themselves when that is so.

import type { Dispose } from './lang/clock.js';

export class Deferrals {
  readonly #checks = new Set<() => void>();

  /** Calls `onDeferred` once `isDeferred` holds: now, or after a change. */
  watch(isDeferred: () => boolean, onDeferred: () => void): Dispose {
    const check = (): void => {
      if (!isDeferred()) return;
      dispose();
      onDeferred();
    };
    const dispose = (): void => void this.#checks.delete(check);
    this.#checks.add(check);
    check();
    return dispose;
  }

  /** To be called when an export has been deferred or settled. */
  changed(): void {
    for (const check of this.#checks) check();
  }
}
