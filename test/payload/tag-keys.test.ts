import type { Attributes } from '@opentelemetry/api';
import { describe, expect, it } from 'vitest';
import type { ReadableSpan } from '../../src/index.js';
import { V04Encoder } from '../../src/payload/v04-encoder.js';
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

describe('an encoder that has seen more keys than it keeps', () => {
  const encoder = new V04Encoder(NO_SETTINGS, FOUR_MIB);
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

  it('takes a span with more keys than that', () => {
    const [[span] = []] = encodeAll([makeSpan({ attributes: numbered('key', 10_000) })]);

    expect(Object.keys(span?.meta ?? {}).length).toBeGreaterThan(10_000);
    expect(encodeAll([makeSpan({ attributes: { a: 'b' } })]).flat()[0]?.meta['a']).toBe('b');
  });
});
