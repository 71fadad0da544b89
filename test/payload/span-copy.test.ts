import { expect, it } from 'vitest';
import type { EncodableSpan } from '../../src/payload/encodable-span.js';
import { MAX_VALUES } from '../../src/payload/json-room.js';
import { MAX_TAG_VALUE_BYTES } from '../../src/payload/limits.js';
import { copyOfSpan } from '../../src/payload/span-copy.js';
import { SpanSegment } from '../../src/payload/span-segment.js';
import { decodeStrictly, FOUR_MIB, NO_SETTINGS } from '../support/encoding.js';
import { makeSpan } from '../support/spans.js';

const CYCLE: { self?: object } = {};
CYCLE.self = CYCLE;

function decoded(span: EncodableSpan): unknown {
  const segment = new SpanSegment(NO_SETTINGS, FOUR_MIB);
  expect(segment.add(span)).toBe('added');
  return segment.gather().payloads.map(({ body }) => decodeStrictly(body));
}

it.each<[string, unknown]>([
  ['is an object within itself', CYCLE],
  ['has no JSON', { toJSON: () => undefined }],
  ['is a date', new Date(5)],
  ['is a list with a date', [new Date(5), null]],
  ['is a list with an object and a NaN', [{ a: 1 }, NaN]],
  ['is a list with a NaN and JSON of its own', Object.assign([NaN], { toJSON: () => [1] })],
  ['is an object of which not all fits', { a: Array(13_000).fill(1), b: 1, c: 'x'.repeat(30_000) }],
  ['are bytes', Uint8Array.of(1, 2)],
  ['is a list with a late NaN', [...Array<number>(13_000).fill(1), NaN]],
  ['are no bytes', new Uint8Array()],
  ['are a part of other bytes', new Uint8Array(Uint8Array.of(1, 2, 3, 4).buffer, 1, 2)],
  ['are as many bytes as a tag has', new Uint8Array(MAX_TAG_VALUE_BYTES).fill(3)],
  ['are more bytes than a tag has', new Uint8Array(MAX_TAG_VALUE_BYTES + 1).fill(3)],
  ...[12_499, 12_500, 12_501, 12_502, 30_000].map((length): [string, unknown] => [
    `is a list of ${length} digits`,
    Array.from({ length }, (_, at) => at % 10),
  ]),
])('a copy of a span is encoded as the span is, if the value of an attribute %s', (_, value) => {
  const attributes = {};
  Object.assign(attributes, { value });
  const span = makeSpan({
    attributes,
    events: [{ name: 'e', time: [1_700_000_000, 0], attributes }],
    links: [{ context: makeSpan().spanContext(), attributes }],
  });

  expect(decoded(copyOfSpan(span))).toEqual(decoded(span));
});

it('a copy of a span has no more of a list or of bytes than a tag can hold', () => {
  const attributes = {};
  Object.assign(attributes, { list: Array(100_000).fill(1), bytes: new Uint8Array(100_000) });

  const copy = copyOfSpan(makeSpan({ attributes })).attributes;

  expect([copy['list'], copy['bytes']]).toMatchObject([
    { length: MAX_VALUES },
    { length: MAX_TAG_VALUE_BYTES },
  ]);
});

it.each<[string, (time: Date) => object]>([
  ['start', (time) => ({ startTime: time })],
  ['end', (time) => ({ endTime: time })],
  ['event', (time) => ({ events: [{ name: 'e', time }] })],
])(
  'a span whose %s has a time that is no list of two numbers is left to encoding',
  (_, fieldsOf) => {
    const span = Object.assign(makeSpan(), fieldsOf(new Date(5)));

    expect(copyOfSpan(span)).toBe(span);
  },
);
