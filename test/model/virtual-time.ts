// Owns the time of a model run: the global timers and the monotonic clock, which stand still until the
// run lets time pass. Knows nothing of what is being timed.

import { vi } from 'vitest';
import type { Dispose } from '../../src/lang/clock.js';

/** The real one, to let promises settle. */
const realTurn = setImmediate;

interface Timer {
  atMillis: number;
  readonly task: () => void;
}

/** What the code under test gets from `setTimeout` and `setImmediate`. */
class TimerHandle {
  readonly #rearm: () => void;

  constructor(rearm: () => void) {
    this.#rearm = rearm;
  }

  ref(): this {
    return this;
  }

  unref(): this {
    return this;
  }

  hasRef(): boolean {
    return true;
  }

  refresh(): this {
    this.#rearm();
    return this;
  }
}

export class VirtualTime {
  #now = 0;
  /** In the order in which they were armed. */
  readonly #timers = new Set<Timer>();
  readonly #byHandle = new WeakMap<TimerHandle, Timer>();
  /** Of the world around the code under test. */
  readonly #world = new Set<Timer>();
  #spent = 0;

  /** Takes the place of the process's own time until it is disposed. */
  install(): Dispose {
    vi.stubGlobal('setTimeout', (task: () => void, delayMillis = 0) =>
      this.#arm(task, delayMillis),
    );
    vi.stubGlobal('setImmediate', (task: () => void) => this.#arm(task, 0));
    const clear = (handle: unknown): void => this.#disarm(handle);
    vi.stubGlobal('clearTimeout', clear);
    vi.stubGlobal('clearImmediate', clear);
    const clock = vi.spyOn(performance, 'now').mockImplementation(() => this.#now);
    return () => {
      vi.unstubAllGlobals();
      clock.mockRestore();
    };
  }

  get nowMillis(): number {
    return this.#now;
  }

  /** Timers of the code under test. */
  get armed(): number {
    return this.#timers.size - this.#world.size;
  }

  /** Milliseconds for which nothing could fire so far. */
  get spentMillis(): number {
    return this.#spent;
  }

  /** Time passes while code runs. */
  spend(millis: number): void {
    this.#now += millis;
    this.#spent += millis;
  }

  /** Runs `task` once later, as part of the world. */
  after(delayMillis: number, task: () => void): Dispose {
    const run = (): void => {
      this.#world.delete(timer);
      task();
    };
    const timer: Timer = { atMillis: this.#now + delayMillis, task: run };
    this.#timers.add(timer);
    this.#world.add(timer);
    return () => {
      this.#timers.delete(timer);
      this.#world.delete(timer);
    };
  }

  /** Fires what is due until `millis` have passed; whatever a task begins goes on before the next one. */
  async pass(millis: number): Promise<void> {
    const end = this.#now + millis;
    for (;;) {
      await promisesSettled();
      const next = this.#next();
      if (next === undefined || next.atMillis > Math.max(end, this.#now)) break;
      this.#now = Math.max(this.#now, next.atMillis);
      this.#timers.delete(next);
      next.task();
    }
    this.#now = Math.max(this.#now, end);
  }

  #arm(task: () => void, delayMillis: number): TimerHandle {
    const timer: Timer = { atMillis: this.#now + delayMillis, task };
    const handle = new TimerHandle(() => {
      this.#timers.delete(timer);
      timer.atMillis = this.#now + delayMillis;
      this.#timers.add(timer);
    });
    this.#timers.add(timer);
    this.#byHandle.set(handle, timer);
    return handle;
  }

  #disarm(handle: unknown): void {
    const timer = handle instanceof TimerHandle ? this.#byHandle.get(handle) : undefined;
    if (timer !== undefined) this.#timers.delete(timer);
  }

  #next(): Timer | undefined {
    let next: Timer | undefined;
    for (const timer of this.#timers) {
      if (next === undefined || timer.atMillis < next.atMillis) next = timer;
    }
    return next;
  }
}

function promisesSettled(): Promise<void> {
  return new Promise((resolve) => void realTurn(resolve));
}
