// Owns telling those who wait for exports when all of these are deferred, that is, wait for a time that the Agent
// has set. Knows exports only by number, in the order in which they began.

import type { Dispose } from '../lang/clock.js';
import { InOrder } from '../lang/in-order.js';

/** The oldest exports that are under way, as far as all of them are deferred. */
export interface DeferredExports {
  /** Number of the oldest export under way. */
  readonly oldest: number;
  /** Number of the first export that is not one of them. */
  readonly end: number;
}

interface Watcher {
  /** Number of the first export that is not waited for. */
  readonly end: number;
  readonly onDeferred: () => void;
}

export class Deferrals {
  readonly #deferredExports: () => DeferredExports;
  /** In the order in which they began, so that none has a lower `end` than those before it. */
  readonly #watchers = new InOrder<Watcher>();

  /**
   * `deferredExports` is asked once at a change after which all go on waiting. When each watcher asked, 1 000 flushes
   * of an export each that a throttling Agent deferred took 20 s.
   */
  constructor(deferredExports: () => DeferredExports) {
    this.#deferredExports = deferredExports;
  }

  /**
   * Calls `onDeferred` once, as soon as all that is left of the exports with a lower number than `end` is deferred:
   * now, or after a change.
   */
  watch(end: number, onDeferred: () => void): Dispose {
    const number = this.#watchers.add({ end, onDeferred });
    this.changed();
    return () => this.#watchers.delete(number);
  }

  /** To be called when a payload has been deferred or settled, and when an export has. */
  changed(): void {
    while (this.#watchers.size > 0) {
      const { oldest, end } = this.#deferredExports(); // anew after each call, which may have ended the deferral
      const watcher = this.#watchers.first;
      if (watcher === undefined || watcher.end > end) return;
      this.#watchers.delete(this.#watchers.oldest);
      if (watcher.end > oldest) watcher.onDeferred(); // else all that it waited for is over
    }
  }
}
