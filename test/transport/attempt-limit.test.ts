import { describe, expect, it } from 'vitest';
import { AttemptLimit } from '../../src/transport/attempt-limit.js';
import type { RequestStep } from '../../src/transport/connection.js';
import { ManualClock } from '../support/manual-clock.js';

const LIMIT_MILLIS = 100;

describe('the limit of an attempt', () => {
  it.each<[RequestStep[], string, number]>([
    [[], 'no connection within 100 ms', 0],
    [['connecting'], 'no connection within 100 ms', 1],
    [['connecting', 'requesting'], 'no answer within 100 ms', 1],
    [['connecting', 'requesting', 'connecting'], 'no connection within 100 ms', 1],
    // The kept connection was reset before the request was begun on it.
    [['connecting', 'connecting', 'requesting'], 'no answer within 100 ms', 1],
  ])(
    'counts from the last of the steps %j, and says what was lacking',
    (steps, message, expirations) => {
      const clock = new ManualClock();
      let expired = 0;
      const limit = new AttemptLimit(clock, LIMIT_MILLIS, () => void expired++);
      for (const step of steps) {
        clock.advance(LIMIT_MILLIS - 1);
        limit.step(step);
      }

      clock.advance(LIMIT_MILLIS - 1);
      expect(expired).toBe(0);
      clock.advance(1);

      expect(expired).toBe(expirations);
      expect(limit.lackAfter().message).toBe(message);
    },
  );

  it('arms no timer for a step after its end', () => {
    const clock = new ManualClock();
    const limit = new AttemptLimit(clock, LIMIT_MILLIS, () => undefined);
    limit.step('connecting');
    limit.end();
    limit.step('requesting');

    expect(clock.armed).toBe(0);
  });
});
