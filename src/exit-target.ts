// Owns one target of the flushes while the process ends, and whether it hangs. Knows nothing of events.

import { shareExitDeliverer } from './exit-deliverer.js';
import type { Flushable, FlushOptions } from './flush-target.js';

export class ExitTarget implements Flushable {
  readonly #target: Flushable;
  /** Calls of `forceFlush` that have not come back. */
  #calls = 0;

  constructor(target: Flushable) {
    this.#target = target;
    shareExitDeliverer(target, this);
  }

  /** Whether it was asked to flush and is at it still. */
  get isFlushing(): boolean {
    return this.#calls > 0;
  }

  async forceFlush(options?: FlushOptions): Promise<void> {
    this.#calls++;
    try {
      await this.#target.forceFlush(options);
    } finally {
      this.#calls--;
    }
  }
}
