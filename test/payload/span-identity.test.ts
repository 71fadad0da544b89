import { describe, expect, it } from 'vitest';
import { makeSpan, SPAN_ID, TRACE_ID } from '../support/spans.js';
import { roundTrip } from '../support/encoding.js';

describe('identity', () => {
  it('H14: splits the trace id into its low 64 bits and _dd.p.tid', () => {
    const span = roundTrip(makeSpan({ traceId: TRACE_ID, spanId: SPAN_ID }));

    expect(span.traceIdLow64).toBe(2_594_128_270_069_917_171n);
    expect(span.meta['_dd.p.tid']).toBe('72df520af2bde7a5');
    expect(span.meta['otel.trace_id']).toBe(TRACE_ID);
    expect(span.spanId).toBe(BigInt(`0x${SPAN_ID}`));
    expect(span.parentId).toBe(0n);
  });

  it('keeps ids with the highest bit set unsigned', () => {
    const high = 'ffffffffffffffff';
    const span = roundTrip(
      makeSpan({ traceId: high + high, spanId: high, parentSpanIdHex: 'fedcba9876543210' }),
    );

    expect(span.traceIdLow64).toBe(2n ** 64n - 1n);
    expect(span.spanId).toBe(2n ** 64n - 1n);
    expect(span.parentId).toBe(0xfedc_ba98_7654_3210n);
  });

  it('sends no _dd.p.tid for a 64-bit trace id', () => {
    const span = roundTrip(makeSpan({ traceId: `${'0'.repeat(16)}${SPAN_ID}` }));

    expect(span.meta).not.toHaveProperty('_dd.p.tid');
  });

  it('reads the parent of SDK 1.x and of later ones', () => {
    const old = roundTrip(makeSpan({ parentSpanId: '00000000000000aa' }));
    const recent = roundTrip(makeSpan({ parentSpanIdHex: '00000000000000bb' }));

    expect([old.parentId, recent.parentId]).toEqual([0xaan, 0xbbn]);
  });

  it('H15: makes a span that is its own parent a root', () => {
    expect(roundTrip(makeSpan({ spanId: SPAN_ID, parentSpanIdHex: SPAN_ID })).parentId).toBe(0n);
  });
});

describe('E6: time', () => {
  it('is exact to the nanosecond', () => {
    const span = roundTrip(
      makeSpan({ startTime: [1_700_000_000, 123_456_789], endTime: [1_700_000_005, 123_456_790] }),
    );

    expect(span.startUnixNanos).toBe(1_700_000_000_123_456_789n);
    expect(span.durationNanos).toBe(5_000_000_001n);
  });

  it.each([
    ['5 seconds', [1_700_000_005, 0], 5_000_000_000n],
    ['2^32 nanoseconds', [1_700_000_004, 294_967_296], 2n ** 32n],
    ['100 days', [1_708_640_000, 1], 8_640_000_000_000_001n],
    ['an end before its start', [1_699_999_999, 0], 0n],
    ['a fraction of a nanosecond', [1_700_000_000, 10.75], 10n],
    ['nanoseconds beyond a second', [1_700_000_000, 1_500_000_000], 1_500_000_000n],
    [
      'an end far beyond what an int64 holds',
      [1e300, 0],
      2n ** 63n - 1n - 1_700_000_000_000_000_000n,
    ],
  ] as const)('sends a span of %s as an integer', (_name, [seconds, nanos], expected) => {
    const span = makeSpan({ startTime: [1_700_000_000, 0], endTime: [seconds, nanos] });

    expect(roundTrip(span).durationNanos).toBe(expected);
  });
});

describe('scope', () => {
  it('is read as SDK 1.x and as later ones name it', () => {
    const scope = { name: '@opentelemetry/instrumentation-http', version: '0.57.0' };
    const old = makeSpan({ instrumentationScope: undefined, instrumentationLibrary: scope });

    for (const span of [old, makeSpan({ instrumentationScope: scope })]) {
      expect(roundTrip(span).meta).toMatchObject({
        'otel.scope.name': scope.name,
        'otel.scope.version': scope.version,
        'otel.library.name': scope.name,
        'otel.library.version': scope.version,
      });
    }
  });

  it('of SDK 3 has attributes, which win over those of the span', () => {
    const instrumentationScope = { name: 's', attributes: { team: 'scope', n: 1 } };

    const { meta } = roundTrip(makeSpan({ instrumentationScope, attributes: { team: 'span' } }));

    expect(meta).toMatchObject({ team: 'scope', n: '1' });
  });
});
