import { describe, expect, it } from 'vitest';
import { millisSince, momentOf } from '../../src/lang/moment.js';
import { ManualClock } from '../support/manual-clock.js';

describe('the time since a moment', () => {
  it('is that of the monotonic clock', () => {
    const clock = new ManualClock();
    const moment = momentOf(clock);

    clock.spend(250);

    expect(millisSince(moment, clock)).toBe(250);
  });

  it('includes a sleep of the machine, in which the monotonic clock stands still', () => {
    const clock = new ManualClock();
    const moment = momentOf(clock);

    clock.spend(250);
    clock.unixOriginMillis += 60_000;

    expect(millisSince(moment, clock)).toBe(60_250);
  });

  it('does not become less when the wall clock is set back', () => {
    const clock = new ManualClock();
    const moment = momentOf(clock);

    clock.spend(250);
    clock.unixOriginMillis -= 60_000;

    expect(millisSince(moment, clock)).toBe(250);
  });
});
