// Owns how long ago something was for an observer outside the machine. The monotonic clock stands still
// while the machine sleeps, and the wall clock may be set back, so the longer of the two times counts.

import type { Clock } from './clock.js';

export interface Moment {
  readonly millis: number;
  readonly unixMillis: number;
}

type Clocks = Pick<Clock, 'nowMillis' | 'unixMillis'>;

export function momentOf(clock: Clocks): Moment {
  return { millis: clock.nowMillis(), unixMillis: clock.unixMillis() };
}

/** Never negative, but too long if the wall clock was set forward meanwhile. */
export function millisSince({ millis, unixMillis }: Moment, clock: Clocks): number {
  return Math.max(clock.nowMillis() - millis, clock.unixMillis() - unixMillis);
}
