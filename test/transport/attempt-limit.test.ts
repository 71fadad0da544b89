import { describe, expect, it } from 'vitest';
import { AttemptLimit } from '../../src/transport/attempt-limit.js';
import { ManualClock } from '../support/manual-clock.js';

const LIMIT_MILLIS = 100;

describe('the limit of an attempt', () => {
  it.each([
    [0, 'no connection within 100 ms', 0],
    [1, 'no connection within 100 ms', 1],
    [2, 'no answer within 100 ms', 1],
    [3, 'no connection within 100 ms', 1],
  ])(
    'counts from the last of %i steps, and says what was lacking',
    (steps, message, expirations) => {
      const clock = new ManualClock();
      let expired = 0;
      const limit = new AttemptLimit(clock, LIMIT_MILLIS, () => void expired++);
      for (let step = 0; step < steps; step++) {
        clock.advance(LIMIT_MILLIS - 1);
        limit.step();
      }

      clock.advance(LIMIT_MILLIS - 1);
      expect(expired).toBe(0);
      clock.advance(1);

      expect(expired).toBe(expirations);
      expect(limit.expiredError().message).toBe(message);
    },
  );

  it('arms no timer for a step after its end', () => {
    const clock = new ManualClock();
    const limit = new AttemptLimit(clock, LIMIT_MILLIS, () => undefined);
    limit.step();
    limit.end();
    limit.step();

    expect(clock.armed).toBe(0);
  });
});
