// Owns the package's only clock and timers: monotonic, so that a jump of the wall clock moves no
// deadline. Knows nothing of what is being timed.

import { inNextTurn } from './next-turn.js';

/** Undoes what the call that returned it has done. Idempotent. */
export type Dispose = () => void;

/** The disposer where there is nothing to undo. */
export const nothingToDispose: Dispose = () => undefined;

/** Monotonic time and timers; replaced in tests by a clock that is moved by hand. */
export interface Clock {
  /** Milliseconds since an arbitrary origin; never jumps, may be fractional. */
  nowMillis(): number;
  /**
   * Milliseconds since 1970 by the wall clock, which may jump; only for dates that others wrote, and to
   * notice that the machine slept.
   */
  unixMillis(): number;
  /** Runs `task` once after `delayMillis`, soon if that is negative, unless disposed before. */
  schedule(delayMillis: number, task: () => void): Dispose;
  /** Like `schedule`, for work that nobody waits for: the timer does not keep the process alive. */
  scheduleInBackground(delayMillis: number, task: () => void): Dispose;
  /** Runs `task` in the next turn of the event loop, after its I/O. */
  nextTurn(task: () => void): void;
}

/** For work that nobody waits for. */
export type BackgroundClock = Pick<Clock, 'nowMillis' | 'scheduleInBackground'>;

/**
 * The process's own clock. The timers of `schedule` keep the process alive while they are armed, on purpose:
 * each one bounds work that was accepted, and is disposed when that work is settled.
 *
 * When such a timer expires, it lets I/O go first: if the process was blocked or frozen for longer than
 * the delay, a reply that arrived meanwhile is read before the deadline counts as missed.
 */
export const systemClock: Clock = {
  nowMillis: () => performance.now(),
  unixMillis: () => Date.now(),
  schedule(delayMillis, task) {
    let stopTurn = nothingToDispose;
    const run = (): void => {
      stopTurn = inNextTurn(task);
    };
    const clear = clearTimeout; // fake timers that come or go meanwhile know only their own
    const timer = setTimeout(run, Math.max(delayMillis, 0)); // Node 24 warns of a negative delay
    return () => {
      clear(timer);
      stopTurn();
    };
  },
  scheduleInBackground(delayMillis, task) {
    const clear = clearTimeout;
    const timer: NodeJS.Timeout | number = setTimeout(task, delayMillis);
    if (typeof timer === 'object') timer.unref(); // jsdom's is a number and keeps nothing alive
    return () => clear(timer);
  },
  nextTurn(task) {
    inNextTurn(task);
  },
};
