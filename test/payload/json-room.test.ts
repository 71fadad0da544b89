import type { Attributes } from '@opentelemetry/api';
import { describe, expect, it, vi } from 'vitest';
import { roundTrip } from '../support/encoding.js';
import { makeSpan } from '../support/spans.js';

const LONG = 'x'.repeat(25_000);
/** What may be read: as much as a tag can hold, and the same for each of four members that do not fit. */
const MAX_READS = 5 * 12_501;

function textOf(value: unknown): string | undefined {
  const attributes: Attributes = {};
  Object.assign(attributes, { value });
  return roundTrip(makeSpan({ attributes })).meta['value'];
}

function ones(length: number): readonly number[] {
  return Array<number>(length).fill(1);
}

function copies<Value>(length: number, value: Value): readonly Value[] {
  return Array.from({ length }, () => value);
}

function members(count: number, value: unknown): object {
  return Object.fromEntries(Array.from({ length: count }, (_none, at) => [`key.${at}`, value]));
}

describe('an object among attributes', () => {
  it.each<[string, unknown]>([
    ['a list with too many values', ones(13_000)],
    ['a list whose values are too long', Array<number>(9_000).fill(123)],
    ['lists with too many values together', { of: [ones(6_000), ones(6_000), ones(6_000)] }],
    ['a long text', LONG],
    ['a long key', { [LONG.repeat(10)]: 1, b: 2 }],
    ['a list of long texts', copies(20, LONG)],
    ['bytes', Buffer.alloc(1_000_000)],
  ])('has the members that fit, whole, also behind %s', (_, first) => {
    const rest = { ids: ones(5_000), list: [1, { a: 2 }], none: null, user: { id: 7 }, z: 'last' };

    expect(textOf({ first, ...rest })).toBe(JSON.stringify(rest));
  });

  it('has none behind the fourth that does not fit, as an event has no such attributes', () => {
    const list = ones(13_000);

    expect(textOf({ a: 1, b: list, c: LONG, d: list, e: 2, f: LONG, g: 3 })).toBe('{"a":1,"e":2}');
  });

  it('has none behind an object whose keys take too long to be listed, and those of a smaller one are left out', () => {
    expect(textOf({ a: members(13_000, 1), z: 1 })).toBe('{"z":1}');
    expect(textOf({ a: members(60_000, 1), z: 1 })).toBe('{}');
  });

  it('has a member that is as long as the tag allows, and none that is longer', () => {
    expect(textOf({ a: ones(13_000), b: ones(12_496) })).toHaveLength(24_999);
    expect(textOf({ a: ones(13_000), b: ones(12_497) })).toBe('{}');
  });

  it('is left out of an event as a whole if it does not fit', () => {
    const attributes = {};
    Object.assign(attributes, { object: { a: ones(13_000), b: 1 }, other: 1 });
    const { meta } = roundTrip(makeSpan({ events: [{ name: 'e', time: [1, 0], attributes }] }));

    expect(JSON.parse(meta['events'] ?? '')).toMatchObject([{ attributes: { other: 1 } }]);
    expect(meta['events']).not.toContain('object');
  });
});

describe('of an object or a list among attributes no more is read than a tag can hold', () => {
  const counted = { reads: 0, toJSON: (): number => ++counted.reads };

  it.each<[string, (list: readonly unknown[]) => unknown]>([
    ['many members that do not fit', (list) => members(1_000, list)],
    ['lists in long lists', (list) => list.slice(0, 100).reduce((inner) => [inner, ...list], 0)],
    ['objects in long lists', (list) => ({ a: copies(12_000, Object.assign({}, list)) })],
  ])('of %s', (_, around) => {
    counted.reads = 0;

    textOf(around(copies(12_000, counted)));

    expect(counted.reads).toBeLessThanOrEqual(MAX_READS);
  });

  it.each<[string, unknown]>([
    ['many long texts', copies(5_000, LONG)],
    ['many long bytes', copies(5_000, Buffer.from(LONG))],
    ['many long big integers', copies(500, 10n ** 24_000n)],
    ['many long keys', copies(5_000, { [LONG]: 1 })],
  ])('of %s', (_, list) => {
    const stringify = vi.spyOn(JSON, 'stringify');
    const texts = vi.spyOn(Buffer.prototype, 'toString');

    const inObject = textOf(members(3, list));
    const inList = textOf([[], list]);
    const inKeys = textOf(Object.fromEntries(copies(1_000, 1).map((one, at) => [at + LONG, one])));
    const lengths = stringify.mock.results.map((made) => String(made.value).length);
    const bytesRead = texts.mock.calls.filter(([encoding]) => encoding === 'base64').length;
    vi.restoreAllMocks();

    expect([inObject, inList, inKeys]).toEqual(['{}', '[[]]', '{}']);
    expect(Math.max(...lengths)).toBeLessThan(4 * 75_000);
    expect(bytesRead).toBeLessThan(10);
  });
});
