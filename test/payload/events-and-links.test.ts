import { type Attributes, TraceFlags } from '@opentelemetry/api';
import { describe, expect, it } from 'vitest';
import { at, makeSpan, SPAN_ID, TRACE_ID } from '../support/spans.js';
import { roundTrip } from '../support/encoding.js';

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

    expect(json).toHaveLength(25);
    expect(json).toHaveProperty('0', { time_unix_nano: 1_000_000_000, name: 'event 0' });
  });
});

describe('links', () => {
  it('are native, with attributes as text and the flags marked as known', () => {
    const context = { traceId: TRACE_ID, spanId: SPAN_ID, traceFlags: TraceFlags.SAMPLED };
    const links = [{ context, attributes: { reason: 'retry', attempt: 2 } }];

    expect(roundTrip(makeSpan({ links })).links).toEqual([
      {
        traceId: TRACE_ID,
        spanId: BigInt(`0x${SPAN_ID}`),
        attributes: { reason: 'retry', attempt: '2' },
        tracestate: '',
        flags: 0x8000_0001,
      },
    ]);
  });

  it('with invalid ids are left out', () => {
    const context = { traceId: '0'.repeat(32), spanId: SPAN_ID, traceFlags: 0 };

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
