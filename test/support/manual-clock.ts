// Owns a clock that a test moves by hand; timers fire in order while it moves.

import type { Clock, Dispose } from '../../src/lang/clock.js';

interface Timer {
  readonly atMillis: number;
  readonly task: () => void;
}

export class ManualClock implements Clock {
  /** What the wall clock says when this one says 0. */
  unixOriginMillis: number = Date.UTC(2026, 0, 1);
  #now = 0;
  readonly #timers = new Set<Timer>();

  nowMillis(): number {
    return this.#now;
  }

  unixMillis(): number {
    return this.unixOriginMillis + this.#now;
  }

  nextTurn(task: () => void): void {
    this.schedule(0, task);
  }

  schedule(delayMillis: number, task: () => void): Dispose {
    const timer = { atMillis: this.#now + delayMillis, task };
    this.#timers.add(timer);
    return () => void this.#timers.delete(timer);
  }

  scheduleInBackground(delayMillis: number, task: () => void): Dispose {
    return this.schedule(delayMillis, task);
  }

  /** Timers that are armed. */
  get armed(): number {
    return this.#timers.size;
  }

  /** Time passes while something runs: no timer can fire. */
  spend(millis: number): void {
    this.#now += millis;
  }

  /** Fires what is due now, but not what that arms. */
  runDue(): void {
    const due = [...this.#timers].filter(({ atMillis }) => atMillis <= this.#now);
    for (const timer of due) if (this.#timers.delete(timer)) timer.task();
  }

  advance(millis: number): void {
    const end = this.#now + millis;
    for (let next = this.#nextUntil(end); next !== undefined; next = this.#nextUntil(end)) {
      this.#now = next.atMillis;
      this.#timers.delete(next);
      next.task();
    }
    this.#now = end;
  }

  #nextUntil(end: number): Timer | undefined {
    const due = [...this.#timers].filter(({ atMillis }) => atMillis <= end);
    return due.toSorted((a, b) => a.atMillis - b.atMillis)[0];
  }
}
