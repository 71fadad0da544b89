import type { Attributes } from '@opentelemetry/api';
import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import { attributeText } from '../../src/payload/attribute-text.js';
import { roundTrip } from '../support/encoding.js';
import { makeSpan } from '../support/spans.js';

/** The tag that becomes of a value, and one that comes behind it. */
function tagsOf(list: unknown, more: Attributes = {}): Record<string, string> {
  const attributes: Attributes = {};
  Object.assign(attributes, { list }, more, { behind: 'it' });
  const { meta } = roundTrip(makeSpan({ attributes }));
  expect(meta['behind']).toBe('it');
  return meta;
}

const anyText = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 30 }),
  fc.string({ unit: 'binary-ascii', maxLength: 30 }),
  // So that all of them together fill the tag.
  fc.nat(500).map((length) => 'x'.repeat(length)),
);

const anyNumber = fc.oneof(fc.double(), fc.integer(), fc.constantFrom(0, -0, 1, NaN, -Infinity));
const anyPrimitive = fc.oneof(anyNumber, fc.boolean(), fc.constantFrom(null, undefined), anyText);

describe('a list of numbers, or of different primitives', () => {
  it('is the JSON of any object, be it short or long', () => {
    const anyList = fc.oneof(
      fc.array(anyPrimitive, { maxLength: 150 }),
      fc.array(anyNumber, { minLength: 900, maxLength: 1_600, size: 'max' }),
      fc.array(fc.nat(9), { minLength: 12_400, maxLength: 12_600, size: 'max' }),
    );
    fc.assert(
      fc.property(anyList, (list) => {
        expect(tagsOf(list)['list']).toBe(attributeText(list));
      }),
    );
  });

  it('fills its tag up to the last byte', () => {
    for (let length = 24_960; length < 25_010; length++) {
      const list = ['x'.repeat(length), 1, true, null, 12.5];

      expect(tagsOf(list)['list']).toBe(attributeText(list));
    }
  });
});

describe('a list that is too long', () => {
  it.each([
    ['of digits', Array<number>(13_000).fill(1), `[${'1,'.repeat(12_498)}1]`],
    [
      'whose last comma is in the way',
      [10, ...Array<number>(13_000).fill(1)],
      `[10,${'1,'.repeat(12_496)}1]`,
    ],
  ])('is filled to the last element that fits: one %s', (_, list, expected) => {
    expect(tagsOf(list)['list']).toBe(expected);
  });

  it.each([1, 10, 100, 1_000, 10_000, 100_000])(
    'is cut between its lists, of which the first has %i',
    (first) => {
      const pairs = [[first, 0], ...Array.from({ length: 4_000 }, (_, at) => [at, 14_903])];

      const json = tagsOf(pairs)['list'] ?? '';

      expect(json.length).toBeGreaterThan(24_980);
      expect(JSON.parse(json)).toEqual(pairs.slice(0, json.split('],[').length));
    },
  );

  it.each([
    [24_974, `,"${'y'.repeat(15)}..."`],
    [24_975, ''],
  ])('begins no text for which less than 20 bytes are left, behind %i', (length, end) => {
    const text = 'x'.repeat(length);

    expect(tagsOf([text, 'y'.repeat(100)])['list']).toBe(`["${text}"${end}]`);
  });

  it('makes no JSON of a text that cannot fit', () => {
    const stringify = vi.spyOn(JSON, 'stringify');
    tagsOf(['first', 'x'.repeat(10_000_000)]);
    const lengths = stringify.mock.calls.map(([text]) => String(text).length);
    stringify.mockRestore();

    expect(Math.max(...lengths)).toBeGreaterThan(24_000);
    expect(Math.max(...lengths)).toBeLessThanOrEqual(25_000);
  });
});

describe('a list of texts', () => {
  it('is the JSON of any object, be it short or long', () => {
    fc.assert(
      fc.property(fc.array(anyText, { maxLength: 120 }), (list) => {
        expect(tagsOf(list)['list']).toBe(attributeText(list));
      }),
    );
  });

  it('fills its tag up to the last byte', () => {
    for (let length = 24_980; length < 25_010; length++) {
      const list = ['e', 'x'.repeat(length)];

      expect(tagsOf(list)['list']).toBe(attributeText(list));
    }
  });

  it.each([
    ['that needs no escapes', 'x', `["first","${'x'.repeat(24_984)}..."]`],
    ['that needs them', '\u0001', `["first","${String.raw`\u0001`.repeat(4_161)}..."]`],
    ['of more than a byte each', 'é', `["first","${'é'.repeat(12_492)}..."]`],
  ])('ends in the first that does not fit, cut: a text %s', (_, character, expected) => {
    const { list } = tagsOf(['first', character.repeat(30_000), 'third']);

    expect(list).toBe(expected);
    expect(Buffer.byteLength(expected)).toBeLessThanOrEqual(25_000);
  });

  it.each([24_000, 24_970, 24_984, 30_000])(
    'loses no more of %i characters than escapes take, where a few need them',
    (length) => {
      const text = 'line\n'.repeat(20).padEnd(length, 'x').concat('\n');

      const { list = '' } = tagsOf(['first', text]);

      expect(Buffer.byteLength(list)).toBeLessThanOrEqual(25_000);
      expect(Buffer.byteLength(list)).toBeGreaterThanOrEqual(Math.min(length + 20, 24_970));
      expect(JSON.parse(list)).toMatchObject(['first', expect.stringMatching(/^line\n.*/)]);
    },
  );

  it('is never too long, wherever the escapes are', () => {
    const unit = fc.constantFrom('x', 'y', '\n', 'é', '\u0001', '"');
    const end = fc.string({ unit, minLength: 60, maxLength: 60 });
    fc.assert(
      fc.property(fc.integer({ min: 24_900, max: 24_990 }), end, (length, text) => {
        const json = attributeText(['\n'.padEnd(length, 'x') + text]) ?? '';

        expect(Buffer.byteLength(json)).toBeLessThanOrEqual(25_000);
        expect(Buffer.byteLength(json)).toBeGreaterThan(24_800);
      }),
    );
  });

  it('is valid JSON however little room is left for the text that does not fit', () => {
    const unruly = fc.string({ unit: 'binary', minLength: 40, maxLength: 200 });
    fc.assert(
      fc.property(fc.integer({ min: 24_850, max: 25_000 }), unruly, (length, text) => {
        const list = tagsOf(['x'.repeat(length), text])['list'] ?? '';

        expect(Buffer.byteLength(list)).toBeLessThanOrEqual(25_000);
        expect(JSON.parse(list)).toHaveProperty('0');
      }),
    );
  });

  it.each<[string, unknown[]]>([
    ['bytes', ['a', Buffer.from('b')]],
    ['a function', ['a', () => 1, Symbol('b')]],
    ['a big integer', ['a', 2n ** 70n]],
    ['a hole', Object.assign(Array(3), { 0: 'a', 2: 'c' })],
    ['a toJSON of its own', Object.assign(['a'], { toJSON: () => ['mine'] })],
  ])('with %s is one like any other', (_, list) => {
    expect(tagsOf(list)['list']).toBe(attributeText(list));
  });

  it('that changes while it is read, or throws, costs no more than itself', () => {
    let reads = 0;
    const changing = new Proxy(['a', 'b'], {
      get: (list, key): unknown => (key === '1' && reads++ === 0 ? {} : Reflect.get(list, key)),
    });
    const throwing = new Proxy(['a', 'b'], {
      get: (list, key): unknown => {
        if (key === '1') throw new Error('no');
        return Reflect.get(list, key);
      },
    });

    expect(tagsOf(changing)['list']).toBe('["a","b"]');
    expect(tagsOf(throwing)).not.toHaveProperty('list');
  });

  it('does not replace what a span has of that name already', () => {
    const long = 'k'.repeat(300);
    const meta = tagsOf(['a'], { [`${long}1`]: ['first'], [`${long}2`]: ['second'] });

    expect(Object.values(meta)).toContain('["first"]');
    expect(Object.values(meta)).not.toContain('["second"]');
  });

  it('wins over what the resource says of that name', () => {
    const resource = { attributes: { 'service.name': 'shop', team: 'of the resource' } };
    const { meta } = roundTrip(makeSpan({ resource, attributes: { team: ['red'] } }));

    expect(meta['team']).toBe('["red"]');
  });

  it('is repaired where other texts are', () => {
    const attributes: Attributes = { env: ['Prod', 'EU'] };
    const { meta } = roundTrip(makeSpan({ attributes }));

    expect(meta['env']).toBe('_prod_eu');
  });
});
