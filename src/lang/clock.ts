// Owns the package's only clock and timers: monotonic, so that a jump of the wall clock moves no
// deadline. Knows nothing of what is being timed.

/** Cancels what it was returned for. Idempotent. */
export type Dispose = () => void;

/** For what has nothing to release. */
export const nothingToDispose: Dispose = () => undefined;

/** Monotonic time and timers; replaced in tests by a clock that is moved by hand. */
export interface Clock {
  /** Milliseconds since an arbitrary origin; never jumps, may be fractional. */
  nowMillis(): number;
  /** Runs `task` once after `delayMillis`, unless disposed before. */
  schedule(delayMillis: number, task: () => void): Dispose;
}

/**
 * The process's own clock. Its timers keep the process alive while they are armed, on purpose:
 * each one bounds work that was accepted, and is disposed when that work is settled.
 */
export const systemClock: Clock = {
  nowMillis: () => performance.now(),
  schedule(delayMillis, task) {
    const timer = setTimeout(task, delayMillis);
    return () => clearTimeout(timer);
  },
};
