// Owns telling those who wait for exports when all of these are deferred, that is, wait for a time that the Agent
// has set. Knows nothing of exports: whoever waits provides the check.

import type { Dispose } from './lang/clock.js';

export class Deferrals {
  readonly #checks = new Set<() => void>();

  /** Calls `onDeferred` once, as soon as `isDeferred` holds: now, or after a change. */
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

  /** To be called when a payload has been deferred or settled, and when an export has. */
  changed(): void {
    for (const check of this.#checks) check();
  }
}
