import { type Attributes, TraceFlags } from '@opentelemetry/api';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { oracleEvents } from '../oracle/events-oracle.js';
import { startOwnTime } from '../support/own-time.js';
import { at, makeSpan, SPAN_ID, TRACE_ID } from '../support/spans.js';
import { roundTrip } from '../support/encoding.js';

const anyText = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 30 }),
  fc.string({ unit: 'binary-ascii', maxLength: 30 }),
  fc.constantFrom('', '\ud800', 'a"b', 'back\\slash', '\u007f\u0080'),
  // A few of these fill the tag, so that its limit falls on any byte.
  fc
    .tuple(fc.constantFrom('x', '"', '\u00e9', '\u20ac', '\ud83d\ude00'), fc.nat(26_000))
    .map(([unit, length]) => unit.repeat(length / Buffer.byteLength(unit))),
);
const anyValue = fc.oneof(
  { weight: 4, arbitrary: anyText },
  fc.oneof(fc.integer(), fc.double(), fc.boolean(), fc.constant(undefined)),
  fc.array(anyText, { maxLength: 3 }),
  fc.array(fc.double(), { maxLength: 3 }),
);
const anyEvent = fc.record(
  {
    time: fc.tuple(fc.integer({ min: 0, max: 2 ** 33 }), fc.nat(999_999_999)),
    name: anyText,
    attributes: fc.dictionary(fc.oneof(anyText, fc.constant('key')), anyValue, { maxKeys: 4 }),
    droppedAttributesCount: fc.nat(3),
  },
  { requiredKeys: ['time', 'name'] },
);

describe('events', () => {
  it('are JSON with exact nanoseconds', () => {
    const events = [
      {
        time: at(1_700_000_000, 123_456_789),
        name: 'boom "quoted"',
        attributes: { accuracy: 2.4, ok: true },
        droppedAttributesCount: 2,
      },
    ];

    expect(roundTrip(makeSpan({ events })).meta['events']).toBe(
      '[{"time_unix_nano":1700000000123456789,"name":"boom \\"quoted\\"",' +
        '"attributes":{"accuracy":2.4,"ok":true},"dropped_attributes_count":2}]',
    );
  });

  it('have no number that JSON does not have', () => {
    const events = [{ time: at(1, 0), name: 'e', attributes: { a: NaN, b: [1, Infinity], c: 1 } }];

    expect(roundTrip(makeSpan({ events })).meta['events']).toBe(
      '[{"time_unix_nano":1000000000,"name":"e","attributes":{"a":"redacted","b":"redacted","c":1}}]',
    );
  });

  it.each<[string, Attributes, string]>([
    [
      'in the order of the SDK',
      { 'exception.type': 'E', 'exception.message': 'a "b"\n\ud800', 'exception.stacktrace': 's' },
      '{"exception.message":"a \\"b\\"\\n\\ud800","exception.stacktrace":"s","exception.type":"E"}',
    ],
    [
      'in another order',
      { 'exception.stacktrace': 's', 'exception.message': 'a\ud800', 'exception.type': 'E' },
      '{"exception.message":"a\\ud800","exception.stacktrace":"s","exception.type":"E"}',
    ],
    [
      'with a message that is no text',
      { 'exception.type': 'E', 'exception.message': NaN, 'exception.stacktrace': 's' },
      '{"exception.message":"redacted","exception.stacktrace":"s","exception.type":"E"}',
    ],
    [
      'with more than that',
      { 'exception.type': 'E', 'exception.message': 'm', 'exception.stacktrace': 's', also: 1 },
      '{"also":1,"exception.message":"m","exception.stacktrace":"s","exception.type":"E"}',
    ],
  ])('tell of an exception %s', (_, attributes, json) => {
    const events = [{ time: at(1, 0), name: 'exception', attributes }];

    expect(roundTrip(makeSpan({ events })).meta['events']).toBe(
      `[{"time_unix_nano":1000000000,"name":"exception","attributes":${json}}]`,
    );
  });

  it('larger than a tag stay valid JSON', () => {
    const events = Array.from({ length: 50 }, (_, index) => ({
      time: at(1, index),
      name: `event ${index}`,
      attributes: { text: 'x'.repeat(1_000), huge: index === 0 ? 'y'.repeat(30_000) : '' },
    }));

    const json: unknown = JSON.parse(roundTrip(makeSpan({ events })).meta['events'] ?? '');

    expect(json).toHaveLength(24);
    expect(json).toHaveProperty('0.attributes', { text: 'x'.repeat(1_000) });
  });

  it('fill their tag up to the last byte', () => {
    for (let length = 24_850; length < 25_000; length++) {
      const attributes = { text: 'x'.repeat(length) };
      const events = [
        { time: at(1, 0), name: 'e', attributes },
        { time: at(0, 0), name: 'last' },
        { time: at(0, 0), name: '' },
      ];

      expect(roundTrip(makeSpan({ events })).meta['events']).toBe(oracleEvents(events));
    }
  });

  it('keep what they can of an exception with a long stack', () => {
    const attributes = {
      'exception.type': 'RangeError',
      'exception.message': 'too deep',
      'exception.stacktrace': 'at f\n'.repeat(6_000),
    };
    const events = [
      { time: at(1, 0), name: 'exception', attributes, droppedAttributesCount: 12 },
      { time: at(2, 0), name: 'next', attributes: { a: 1 } },
    ];

    expect(JSON.parse(roundTrip(makeSpan({ events })).meta['events'] ?? '')).toMatchObject([
      { attributes: { 'exception.type': 'RangeError', 'exception.message': 'too deep' } },
      { name: 'next', attributes: { a: 1 } },
    ]);
  });

  it('are not read any further when it is plain that they do not fit', () => {
    let read = 0;
    const attributes: Attributes = {};
    for (let key = 0; key < 1_000; key++) {
      const get = (): string => `${read++}`.padEnd(5_000);
      Object.defineProperty(attributes, key, { get, enumerable: true });
    }
    const events = [{ time: at(1, 0), name: 'e', attributes }];

    const json = roundTrip(makeSpan({ events })).meta['events'] ?? '';

    expect([...json.matchAll(/"(\d+)":/g)].map(([, key]) => key)).toEqual(['0', '1', '10', '100']);
    expect(JSON.parse(json)).toHaveLength(1);
    expect(read).toBe(8);
  });

  it('that have names beyond all room are left out, at once', () => {
    const name = 'x'.repeat(1_000_000);
    const events = Array.from({ length: 128 }, (_, n) => ({ time: at(1, n), name }));
    const span = makeSpan({ events: [...events, { time: at(2, 0), name: 'fits' }] });
    const took = startOwnTime();

    const json = roundTrip(span).meta['events'];

    expect(took()).toBeLessThan(300); // to write each twice took 900
    expect(json).toBe('[{"time_unix_nano":2000000000,"name":"fits"}]');
  });

  it('win over what a resource or the span itself says under their name', () => {
    const events = [{ time: at(1, 0), name: 'e' }];
    const resource = { attributes: { 'service.name': 'shop', events: 'of the resource' } };
    const span = makeSpan({ events, resource, attributes: { events: 'of the span' } });

    expect(roundTrip(span).meta['events']).toBe('[{"time_unix_nano":1000000000,"name":"e"}]');
  });

  it('are what the rules say, however many, long and odd they are', () => {
    fc.assert(
      fc.property(fc.array(anyEvent, { minLength: 1, maxLength: 6 }), (events) => {
        expect(roundTrip(makeSpan({ events })).meta['events']).toBe(oracleEvents(events));
      }),
    );
  });
});

describe('links', () => {
  it('are native, with attributes as text and the flags marked as known', () => {
    const traceFlags = TraceFlags.SAMPLED | 0x02; // and random, of the second level of W3C's recommendation
    const context = { traceId: TRACE_ID, spanId: SPAN_ID, traceFlags };
    const links = [{ context, attributes: { reason: 'retry', attempt: 2 } }];

    expect(roundTrip(makeSpan({ links })).links).toEqual([
      {
        traceId: TRACE_ID,
        spanId: BigInt(`0x${SPAN_ID}`),
        attributes: { reason: 'retry', attempt: '2' },
        tracestate: '',
        flags: 0x8000_0003,
      },
    ]);
  });

  it.each([
    ['a trace id of zeros', '0'.repeat(32), SPAN_ID],
    ['an upper-case trace id', 'A'.repeat(32), SPAN_ID],
    ['an upper-case span id', TRACE_ID, 'A'.repeat(16)],
  ])('with %s are left out', (_what, traceId, spanId) => {
    const context = { traceId, spanId, traceFlags: 0 };

    expect(roundTrip(makeSpan({ links: [{ context }] })).links).toEqual([]);
  });

  it('never hold one attribute twice', () => {
    const context = { traceId: TRACE_ID, spanId: SPAN_ID, traceFlags: 0 };
    const long = 'k'.repeat(300);
    const attributes = { 'k\ud800': 'a', 'k\udfff': 'b', [`${long}1`]: 'c', [`${long}2`]: 'd' };

    const [link] = roundTrip(makeSpan({ links: [{ context, attributes }] })).links;

    expect(Object.values(link?.attributes ?? {})).toEqual(['a', 'c']);
  });
});
