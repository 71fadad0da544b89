// Owns the rows of the fault matrix that are about the data of spans: what is unusual of a span, and what
// becomes of it. Knows nothing of how spans are handed over.

import type { DatadogSpanExporterOptions, DropReason } from '../../src/index.js';
import { at, nextSpanId, SPAN_ID, TRACE_ID } from '../support/spans.js';
import { broken, cyclic, deep, fail, revoked, sparse, throwing } from './hostile-values.js';

export interface SpanRow {
  readonly id: string;
  readonly title: string;
  /** What is unusual of the span, from JavaScript. */
  readonly fields: object;
  /** Members of what arrives; the reason if nothing does. */
  readonly arrives?: object;
  readonly dropped?: DropReason;
  readonly options?: DatadogSpanExporterOptions;
}

const EMOJI = '\u0000\r\n\u{1F600} e\u0301 \u05E9\u05DC\u05D5\u05DD';
const MANY = Array.from({ length: 10_000 }, (_, index) => index);
const NOW = at(1_700_000_000, 5);
const LINK = { context: { traceId: TRACE_ID, spanId: SPAN_ID, traceFlags: 0 } };
const EXCEPTION = { name: 'exception', time: NOW };

/** Attributes of these names and values; those that are written as text, and as numbers. */
function attributes(given: object, meta: object = {}, metrics: object = {}) {
  return { fields: { attributes: given }, arrives: { meta, metrics } };
}

export const UNUSUAL_SPANS: readonly SpanRow[] = [
  {
    id: 'H1',
    title: 'numbers that are finite are exact, and all others are text',
    ...attributes(
      { nan: NaN, up: Infinity, down: -Infinity, huge: 1e308, odd: 2 ** 53 - 1, minus: -7 },
      { nan: 'NaN', up: 'Infinity', down: '-Infinity' },
      { huge: 1e308, odd: 2 ** 53 - 1, minus: -7 },
    ),
  },
  {
    id: 'H2',
    title: 'numbers beyond 32 bit stay numbers, and times integers',
    fields: {
      attributes: { big: 2 ** 40 },
      startTime: at(9_000_000_000, 1),
      endTime: at(9_000_000_100, 2),
    },
    arrives: {
      metrics: { big: 2 ** 40 },
      startUnixNanos: 9_000_000_000_000_000_001n,
      durationNanos: 100_000_000_001n,
    },
  },
  {
    id: 'H3',
    title: 'a bigint is text, however large',
    ...attributes({ small: 7n, large: 2n ** 70n }, { small: '7', large: String(2n ** 70n) }),
  },
  ...[1, 50, 51, 100_000].map<SpanRow>((length) => ({
    id: 'H4',
    title: `halves of surrogate pairs become valid text, in ${length} characters`,
    fields: {
      name: broken(length),
      attributes: { [`k${broken(length)}`]: broken(length), 'service.name': broken(length) },
      events: [{ name: broken(length), time: NOW, attributes: { a: broken(length) } }],
      links: [{ ...LINK, attributes: { a: broken(length) } }],
      instrumentationScope: { name: broken(length) },
      status: { code: 2, message: broken(length) },
    },
  })),
  {
    id: 'H5',
    title: 'control characters, emoji and other scripts arrive as they are',
    ...attributes({ [`key ${EMOJI}`]: EMOJI }, { [`key ${EMOJI}`]: EMOJI }),
  },
  {
    id: 'H6',
    title: 'long texts and keys are cut, and ten thousand attributes are taken',
    fields: {
      attributes: {
        long: 'x'.repeat(25_001),
        longer: 'x'.repeat(10_000_000),
        ['k'.repeat(10_000)]: 'x',
        ...Object.fromEntries(MANY.map((index) => [`key ${index}`, index])),
      },
    },
    arrives: { metrics: { 'key 0': 0, 'key 9999': 9_999 } },
  },
  {
    id: 'H7',
    title: 'a span that is larger than a payload may be is dropped alone',
    fields: { attributes: { a: 'x'.repeat(20_000), b: 'x'.repeat(20_000) } },
    options: { maxPayloadBytes: 30_000 },
    dropped: 'too_large',
  },
  {
    id: 'H9',
    title: 'what is no attribute value is left out or is text',
    ...attributes(
      {
        none: undefined,
        symbol: Symbol('s'),
        call: fail,
        date: new Date(0),
        pattern: /x/g,
        map: new Map([['a', 1]]),
        bytes: Buffer.from('ab'),
        after: 'x',
      },
      { after: 'x', bytes: 'YWI=' },
    ),
  },
  {
    id: 'H10',
    title: 'what throws or never ends costs itself at most',
    fields: {
      attributes: Object.defineProperty(
        {
          before: 'b',
          cyclic: cyclic(),
          deep: deep(),
          revoked: revoked(),
          throwing: throwing(),
          json: { toJSON: fail },
          after: 'a',
        },
        'getter',
        { get: fail, enumerable: true },
      ),
    },
    arrives: { meta: { before: 'b', after: 'a' } },
  },
  {
    id: 'H11',
    title: 'lists are text of a bounded length',
    fields: {
      attributes: {
        mixed: ['a', 1, null, true],
        nested: [[1], [[2]]],
        sparse: sparse(),
        empty: [],
        long: Array.from({ length: 100_000 }, () => 1),
      },
    },
    arrives: { meta: { mixed: '["a",1,null,true]', nested: '[[1],[[2]]]' } },
  },
  ...['', 'abc', '0'.repeat(16), 'G'.repeat(16), 7, null, undefined].map<SpanRow>((spanId) => ({
    id: 'H13',
    title: `the span id ${JSON.stringify(spanId)} is refused here, not by the Agent`,
    fields: { spanContext: () => ({ traceId: TRACE_ID, spanId, traceFlags: 1 }) },
    dropped: 'invalid_id',
  })),
  ...['', 'abc', '0'.repeat(32), 'A'.repeat(31), 7].map<SpanRow>((traceId) => ({
    id: 'H13',
    title: `the trace id ${JSON.stringify(traceId)} is refused here, not by the Agent`,
    fields: { spanContext: () => ({ traceId, spanId: SPAN_ID, traceFlags: 1 }) },
    dropped: 'invalid_id',
  })),
  {
    id: 'H14',
    title: 'a trace id whose low half is zero is refused here, not by the Agent',
    fields: {
      spanContext: () => ({
        traceId: `${'1'.repeat(16)}${'0'.repeat(16)}`,
        spanId: SPAN_ID,
        traceFlags: 1,
      }),
    },
    dropped: 'invalid_id',
  },
  {
    id: 'H14',
    title: 'a trace id of 64 bits has no upper half to tell of',
    fields: {
      spanContext: () => ({
        traceId: `${'0'.repeat(16)}${'1'.repeat(16)}`,
        spanId: SPAN_ID,
        traceFlags: 1,
      }),
    },
    arrives: { traceId: `${'0'.repeat(16)}${'1'.repeat(16)}` },
  },
  {
    id: 'H15',
    title: 'a parent that is no id makes a root',
    fields: { parentSpanContext: { traceId: TRACE_ID, spanId: 'nonsense', traceFlags: 1 } },
    arrives: { parentId: 0n },
  },
  {
    id: 'H17',
    title: 'a span that never ended and lacks most of its parts is sent',
    fields: {
      ended: false,
      endTime: at(0, 0), // as the SDK leaves it
      duration: undefined,
      status: undefined,
      events: undefined,
      links: undefined,
      attributes: undefined,
      instrumentationScope: undefined,
    },
    arrives: { durationNanos: 0n },
  },
  {
    id: 'H17',
    title: 'a span without times is dropped alone',
    fields: { startTime: undefined, endTime: undefined },
    dropped: 'encode',
  },
  {
    id: 'H19',
    title: 'ten thousand events and links, with lists as attributes, are cut to what is taken',
    fields: {
      events: MANY.map((index) => ({ name: `event ${index}`, time: NOW, attributes: { index } })),
      links: MANY.map((index) => ({ context: LINK.context, attributes: { list: [index, index] } })),
      spanContext: () => ({
        traceId: TRACE_ID,
        spanId: nextSpanId(),
        traceFlags: 1,
        traceState: { serialize: () => `a=${'x'.repeat(10_000)}`, get: () => undefined },
      }),
    },
    arrives: {},
  },
  {
    id: 'H21',
    title: 'an error without a message, or with a stack of a megabyte, is an error',
    fields: {
      status: { code: 2 },
      events: [
        { ...EXCEPTION, attributes: {} },
        { ...EXCEPTION, attributes: { 'exception.stacktrace': 'x'.repeat(1_000_000) } },
      ],
    },
    arrives: { error: 1 },
  },
  {
    id: 'H22',
    title:
      'attributes cannot take the place of what belongs to the exporter, but that of its defaults',
    ...attributes(
      {
        '_dd.p.tid': 'f'.repeat(16),
        '_dd.p.dm': 'x',
        'span.kind': 'x',
        'otel.trace_id': 'x',
        'otel.scope.name': 'x',
        'otel.status_code': 'x',
        language: 'l',
        'runtime-id': 'r',
        own: 'o',
      },
      {
        'span.kind': 'internal',
        'otel.trace_id': TRACE_ID,
        'otel.scope.name': 'tests',
        'otel.status_code': 'Unset',
        language: 'l',
        'runtime-id': 'r',
        own: 'o',
      },
    ),
  },
  {
    id: 'H22',
    title: 'attributes stand for events and a tracestate only where the span has none',
    ...attributes({ events: 'x', 'w3c.tracestate': 'x' }, { events: 'x', 'w3c.tracestate': 'x' }),
  },
  {
    id: 'H22',
    title: 'attributes give way to the events and the tracestate of the span',
    fields: {
      attributes: { events: 'x', 'w3c.tracestate': 'x' },
      events: [{ name: 'e', time: NOW }],
      spanContext: () => ({
        traceId: TRACE_ID,
        spanId: nextSpanId(),
        traceFlags: 1,
        traceState: { serialize: () => 'a=b', get: () => undefined },
      }),
    },
    arrives: {
      meta: {
        events: '[{"time_unix_nano":1700000000000000005,"name":"e"}]',
        'w3c.tracestate': 'a=b',
      },
    },
  },
  {
    id: 'H23',
    title: 'a kind, a status and a name that are none are those of any span',
    fields: { kind: 99, status: { code: 99 }, name: 7 },
    arrives: { error: 0 },
  },
];
