// Owns timers that may have to be abandoned all at once, because they belong to another process where the
// heap was duplicated. Knows nothing of what they are for.

import { type Clock, type Dispose, nothingToDispose } from './clock.js';

export class FencedClock implements Clock {
  readonly #clock: Clock;
  #armed: Set<Dispose> | undefined = new Set();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  nowMillis(): number {
    return this.#clock.nowMillis();
  }

  unixMillis(): number {
    return this.#clock.unixMillis();
  }

  schedule(delayMillis: number, task: () => void): Dispose {
    return this.#arm(task, (run) => this.#clock.schedule(delayMillis, run));
  }

  scheduleInBackground(delayMillis: number, task: () => void): Dispose {
    return this.#arm(task, (run) => this.#clock.scheduleInBackground(delayMillis, run));
  }

  nextTurn(task: () => void): void {
    this.#clock.nextTurn(() => {
      if (this.#armed !== undefined) task();
    });
  }

  /** Disarms all timers; nothing that was or will be scheduled runs any more. */
  close(): void {
    const armed = this.#armed ?? [];
    this.#armed = undefined;
    for (const dispose of armed) dispose();
  }

  #arm(task: () => void, schedule: (run: () => void) => Dispose): Dispose {
    if (this.#armed === undefined) return nothingToDispose;
    const disarm = schedule(() => {
      this.#armed?.delete(dispose);
      task();
    });
    const dispose = (): void => {
      this.#armed?.delete(dispose);
      disarm();
    };
    this.#armed.add(dispose);
    return dispose;
  }
}
