// Owns one target that is flushed while the process ends, and whether it hangs. Knows nothing of events.

import { shareExitDeliverer } from '../flush/exit-deliverer.js';
import type { Flushable, FlushOptions } from '../flush/flush-target.js';

export class ExitTarget implements Flushable {
  readonly #target: Flushable;
  /** Number of calls of `forceFlush` that have not settled. */
  #calls = 0;

  constructor(target: Flushable) {
    this.#target = target;
    shareExitDeliverer(target, this);
  }

  /** Whether the target has not finished a flush that it was asked for. */
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
