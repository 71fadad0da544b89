import { decode } from '@msgpack/msgpack';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { unixNanos } from '../../src/payload/unix-nanos.js';
import { at, makeSpan } from '../support/spans.js';
import { encode, roundTrip } from '../support/encoding.js';

type Time = [number, number];

const anyTime: fc.Arbitrary<Time> = fc.oneof(
  fc.tuple(fc.integer({ min: 0, max: 2 ** 33 }), fc.integer({ min: 0, max: 999_999_999 })),
  fc.tuple(
    fc.constantFrom(0, 0.5, 1, 1.5, 1_700_000_000, 2 ** 32 - 1, 2 ** 32, 9_223_372_036, -1),
    fc.constantFrom(0, 1, 999_999_999, 999_999_999.7, 1_000_000_000, -1),
  ),
);

const MAX_INT64 = 2n ** 63n - 1n;

function exactNanos([seconds, nanos]: Time): bigint {
  return BigInt(Math.trunc(seconds)) * 1_000_000_000n + BigInt(Math.trunc(nanos));
}

describe('a time', () => {
  it('is the same number in the JSON of an event, where none is 0', () => {
    fc.assert(
      fc.property(anyTime, (time) => {
        const { meta } = roundTrip(makeSpan({ events: [{ time, name: 'e' }] }));
        const nanos = unixNanos(time);
        const member = nanos === 0n ? '' : `"time_unix_nano":${nanos},`;

        expect(meta['events']).toBe(`[{${member}"name":"e"}]`);
      }),
    );
  });

  it('that is none, as of an invalid Date, costs neither the event nor the span', () => {
    const none = at(NaN, NaN);

    const span = roundTrip(makeSpan({ events: [{ time: none, name: 'e' }], endTime: none }));

    expect(span.meta['events']).toBe('[{"name":"e"}]');
    expect(span.durationNanos).toBe(0n);
  });

  it('and a duration are exact in the span, whatever they are', () => {
    fc.assert(
      fc.property(anyTime, anyTime, (startTime, endTime) => {
        const span = makeSpan({ startTime: at(...startTime), endTime: at(...endTime) });
        const [body = new Uint8Array()] = encode([span]).payloads.map((payload) => payload.body);
        const nanos = exactNanos(endTime) - exactNanos(startTime);
        const longest = MAX_INT64 - unixNanos(startTime);
        const duration = nanos < longest ? nanos : longest;

        expect(decode(body, { useBigInt64: true })).toMatchObject([
          [{ start: unixNanos(startTime), duration: duration > 0n ? duration : 0n }],
        ]);
      }),
    );
  });
});
