import { expect, it } from 'vitest';
import { copyOfSpan } from '../../src/payload/span-copy.js';
import { SpanSegment } from '../../src/payload/span-segment.js';
import type { EncodableSpan } from '../../src/payload/trace-chunks.js';
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
  ['are bytes', Uint8Array.of(1, 2)],
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
