import { describe, expect, it } from 'vitest';
import { Departure } from '../../src/exit/exit-departure.js';
import { ManualClock } from '../support/manual-clock.js';

/** A flush that the test ends. */
function flush() {
  let end = (): void => undefined;
  const promise = new Promise<void>((resolve) => {
    end = resolve;
  });
  return { promise, end: () => (end(), new Promise<void>((resolve) => setImmediate(resolve))) };
}

function setUp() {
  const log: string[] = [];
  const clock = new ManualClock();
  const departure = new Departure(clock);
  return { log, clock, departure, endBy: (name: string) => () => void log.push(name) };
}

describe('a departure', () => {
  it('ends after the last flush, in the way that was wanted first', async () => {
    const { log, departure, endBy } = setUp();
    const [first, second, third] = [flush(), flush(), flush()];

    departure.begin(first.promise, undefined);
    departure.begin(second.promise, endBy('SIGINT'));
    departure.begin(third.promise, endBy('SIGTERM'));
    await third.end();
    await first.end();
    expect(log).toEqual([]);
    await second.end();

    expect(log).toEqual(['SIGINT']);
  });

  it('ends by the flush that is to end it, whatever was flushed before', async () => {
    const { log, departure, endBy } = setUp();
    const [first, second] = [flush(), flush()];

    departure.begin(first.promise, undefined);
    await first.end();
    departure.begin(second.promise, endBy('SIGTERM'));
    await second.end();

    expect(log).toEqual(['SIGTERM']);
  });

  it.each([
    [499, []],
    [500, ['SIGINT again']],
  ])('waits no longer for whom it was told again after %i ms: %j', async (millis, expected) => {
    const { log, clock, departure, endBy } = setUp();
    const hanging = flush();

    departure.begin(hanging.promise, endBy('SIGINT'));
    clock.advance(millis);
    departure.begin(hanging.promise, endBy('SIGINT again'));

    expect(log).toEqual(expected);
  });

  it('counts patience from the first that wanted an end', () => {
    const { log, clock, departure, endBy } = setUp();
    const hanging = flush();

    departure.begin(hanging.promise, undefined);
    clock.advance(1_000);
    departure.begin(hanging.promise, endBy('SIGTERM'));

    expect(log).toEqual([]);
  });
});
