import type { Attributes } from '@opentelemetry/api';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ReadableSpan } from '../../src/index.js';
import { RULED_KEYS } from '../../src/payload/attribute-rules.js';
import { FACT_KEYS } from '../../src/payload/concepts.js';
import { TagKeys } from '../../src/payload/tag-keys.js';
import { V04Encoder } from '../../src/payload/v04-encoder.js';
import { generatedSpan } from '../oracle/generated-spans.js';
import {
  decodeStrictly,
  encodeWith,
  FOUR_MIB,
  NO_SETTINGS,
  roundTrip,
} from '../support/encoding.js';
import { makeSpan } from '../support/spans.js';

function numbered(prefix: string, count: number): Attributes {
  const attributes: Attributes = {};
  for (let index = 0; index < count; index++) attributes[`${prefix}.${index}`] = `${index}`;
  return attributes;
}

describe('keys that are the same on the wire', () => {
  it.each<[string, Attributes]>([
    ['lone surrogates', { 'k\ud800': 'first', 'k\ud801': 'second' }],
    [
      'a common beginning of 200 bytes',
      { [`${'k'.repeat(250)}1`]: 'first', [`${'k'.repeat(250)}2`]: 'second' },
    ],
  ])('because of %s are one tag', (_why, attributes) => {
    expect(Object.values(roundTrip(makeSpan({ attributes })).meta)).toContain('first');
    expect(Object.values(roundTrip(makeSpan({ attributes })).meta)).not.toContain('second');
  });

  it('are one metric, too', () => {
    const attributes = { [`${'k'.repeat(250)}1`]: 1, [`${'k'.repeat(250)}2`]: 2 };

    const { metrics } = roundTrip(makeSpan({ attributes }));

    expect(Object.keys(metrics).filter((key) => key.startsWith('kkk'))).toHaveLength(1);
  });
});

it('keys come to an end also if they are the same on the wire', () => {
  const keys = new TagKeys();
  let count = 0;
  while (!keys.isFull && count < 10_000) keys.tag(`_dd.p.${'k'.repeat(250)}.${count++}`);

  expect(count).toBeLessThan(2_000);
});

it('keys that a peer makes up are not remembered beyond their span', () => {
  const keys = new TagKeys();
  for (let span = 0; span < 3_000; span++) {
    keys.nextSpan();
    const key = `_dd.p.${span}`;
    expect(keys.passingTag(key)).toBe(keys.passingTag(key));
  }

  expect(keys.isFull).toBe(false);
});

it('keys so long that a few hold much memory are not remembered', () => {
  const keys = new TagKeys();

  expect(keys.attribute('k'.repeat(1_024))?.isKept).toBe(true);
  expect(keys.attribute('k'.repeat(1_025))?.isKept).toBe(false);
});

it('keys that are remembered leave when a million others have come since', () => {
  const keys = new TagKeys();
  const learnt = Object.keys(numbered('earlier', 10_000)).filter(
    (key) => keys.attribute(key)?.isKept,
  );
  expect(learnt).toHaveLength(512);

  const isFull = [990_000, 1_000].map((others) => {
    for (let other = 0; other < others; other++) keys.attribute('in.use.now');
    return keys.isFull;
  });
  expect(isFull).toEqual([false, true]);
});

/** Keys that rules know come more often than they would by chance, and in any order. */
const spanWithKeysOfRules = fc
  .record({
    span: generatedSpan,
    keys: fc.shuffledSubarray([...RULED_KEYS, ...FACT_KEYS, 'http.request.header.x', '_dd.p.usr']),
    values: fc.array(fc.constantFrom('text', '', 7, 0.5, true, NaN, ['a', 'b']), { minLength: 1 }),
  })
  .map(({ span, keys, values }): ReadableSpan => {
    for (const [at, key] of keys.entries()) {
      Object.assign(span.attributes, { [key]: values[at % values.length] });
    }
    return span;
  });

describe('an encoder that has seen more keys than it keeps', () => {
  const encoder = new V04Encoder(NO_SETTINGS, FOUR_MIB);
  // Each test finds it so, also one that runs alone.
  encodeWith(encoder, [makeSpan({ attributes: numbered('earlier', 10_000) })]);
  const encodeAll = (spans: readonly ReadableSpan[]): ReturnType<typeof decodeStrictly> =>
    encodeWith(encoder, spans).payloads.flatMap(({ body }) => decodeStrictly(body));

  it('still writes each tag of a span once', () => {
    for (let round = 0; round < 60; round++) {
      encodeAll([makeSpan({ attributes: numbered(`round.${round}`, 100) })]);
    }
    const resource = { attributes: { 'service.name': 'new', 'new.attribute': 'resource' } };
    const attributes = { ...numbered('more', 10), 'new.attribute': 'span' };

    const spans = encodeAll([
      makeSpan({ attributes, resource }),
      makeSpan({ attributes, resource }),
    ]);

    expect(spans.flat().map(({ meta }) => meta['new.attribute'])).toEqual(['span', 'span']);
  });

  it('writes keys that are the same on the wire once, also those that it does not keep', () => {
    const common = `late.${'k'.repeat(250)}`;
    const attributes = { [`${common}1`]: 'first', [`${common}2`]: 'second', 'late.key': 'own' };
    for (let round = 0; round < 3; round++) {
      const [[span] = []] = encodeAll([makeSpan({ attributes })]);
      const late = Object.entries(span?.meta ?? {}).filter(([key]) => key.startsWith('late.'));

      expect(late.map(([, value]) => value).toSorted()).toEqual(['first', 'own']);
    }
  });

  it('writes a key that had to be repaired once, beside one that is written like it', () => {
    const attributes = { 'late.\ud800': 'first', 'late.\ufffd': 'second' };
    const [[span] = []] = encodeAll([makeSpan({ attributes })]);

    expect(span?.meta['late.\ufffd']).toBe('first');
  });

  it('takes a span with more keys than that', () => {
    const [[span] = []] = encodeAll([makeSpan({ attributes: numbered('key', 10_000) })]);

    expect(Object.keys(span?.meta ?? {}).length).toBeGreaterThan(10_000);
    expect(encodeAll([makeSpan({ attributes: { a: 'b' } })]).flat()[0]?.meta['a']).toBe('b');
  });

  it('writes the same as one that keeps them all', () => {
    const property = fc.property(fc.array(spanWithKeysOfRules, { maxLength: 10 }), (spans) => {
      const fresh = new V04Encoder(NO_SETTINGS, FOUR_MIB);
      const expected = encodeWith(fresh, spans).payloads.map(({ body }) => decodeStrictly(body));

      expect(encodeWith(encoder, spans).payloads.map(({ body }) => decodeStrictly(body))).toEqual(
        expected,
      );
    });

    fc.assert(property, { numRuns: 300 });
  }, 20_000);

  it('keeps a tag of a span apart from those of its scope and its OTel resource, and of others', () => {
    const attributes = {
      late: 'span',
      'of.scope': 'span',
      'http.url': 'plain',
      'url.full': 'renamed',
      'http.request.header.late': 'renamed',
      'http.request.headers.late': 'plain',
      'error.type': 'span',
    };
    const instrumentationScope = { name: 'scope', attributes: { 'of.scope': 'scope' } };
    const resource = { attributes: { 'service.name': 'late', late: 'resource' } };
    const span = makeSpan({ attributes, instrumentationScope, resource, status: { code: 2 } });

    expect(encodeAll([span])).toEqual([[roundTrip(span)]]);
  });
});
