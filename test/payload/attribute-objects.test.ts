import type { Attributes } from '@opentelemetry/api';
import { runInNewContext } from 'node:vm';
import { describe, expect, it, vi } from 'vitest';
import { roundTrip } from '../support/encoding.js';
import type { TimedEvent } from '@opentelemetry/sdk-trace-base';
import { makeSpan } from '../support/spans.js';

const LONG = 'x'.repeat(1_000_000);

function numbered(count: number): Record<string, number> {
  return Object.fromEntries(Array.from({ length: count }, (_none, at) => [`key.${at}`, at]));
}

describe('attributes', () => {
  it('of a polluted Object.prototype are not those of a span', () => {
    Object.assign(Object.prototype, { polluted: 'yes' });
    try {
      const { meta } = roundTrip(makeSpan({ attributes: { own: 'x' } }));

      expect(Object.keys(meta)).not.toContain('polluted');
      expect(meta['own']).toBe('x');
    } finally {
      Reflect.deleteProperty(Object.prototype, 'polluted');
    }
  });

  it('that are inherited are not those of a span', () => {
    const attributes: Attributes = { own: 'x' };
    Object.setPrototypeOf(attributes, { inherited: 'yes' });

    const { meta } = roundTrip(makeSpan({ attributes }));

    expect(Object.keys(meta)).not.toContain('inherited');
    expect(meta['own']).toBe('x');
  });

  it('may be called __proto__', () => {
    const attributes: Attributes = { own: 'x' };
    Object.defineProperty(attributes, '__proto__', { value: 'mine', enumerable: true });

    const { meta } = roundTrip(makeSpan({ attributes }));

    expect(Object.entries(meta)).toContainEqual(['__proto__', 'mine']);
    expect(meta['own']).toBe('x');
  });

  it.each([
    ['lists', (list: unknown) => list],
    ['lists in lists', (list: unknown) => [0, list]],
    ['lists in objects', (list: unknown) => ({ a: 0, list })],
  ])('that are long %s are read as far as they find room', (_, around) => {
    let reads = 0;
    const element = { toJSON: () => ++reads };
    const attributes: Attributes = {};
    const list = Array.from({ length: 1_000_000 }, () => element);
    Object.assign(attributes, { list: around(list) });

    roundTrip(makeSpan({ attributes }));

    expect(reads).toBeGreaterThan(5_000);
    expect(reads).toBeLessThan(12_600);
  });

  it.each([
    [12_499, 24_999],
    [12_500, 24_999],
    [1_000_000, 24_999],
  ])('that are lists of %d numbers come to %d bytes', (length, bytes) => {
    const { meta } = roundTrip(makeSpan({ attributes: { list: Array<number>(length).fill(1) } }));

    expect(meta['list']).toHaveLength(bytes);
    expect(JSON.parse(meta['list'] ?? '')).toHaveLength(12_499);
  });

  it.each<[string, unknown[], string]>([
    ['primitives', ['a"', 1.5, true], '["a\\"",1.5,true]'],
    ['big integers', [1n, 2n], '["1","2"]'],
    ['keys that are integers, which come first', [{ b: 0, 10: 0, 9: 0 }], '[{"9":0,"10":0,"b":0}]'],
    ['what JSON does not have', [undefined, null, NaN, () => 1], '[null,null,null,null]'],
    ['a toJSON', Object.assign([1], { toJSON: () => ({ b: 1n, a: 2 }) }), '{"a":2,"b":"1"}'],
    ['holes', Object.assign([1], { 2: 3 }), '[1,null,3]'],
    ['methods of its own', Object.assign([1], { every: 1, [Symbol.iterator]: 1 }), '[1]'],
  ])('may be a list with %s', (_, list, text) => {
    const attributes: Attributes = {};
    Object.assign(attributes, { list });

    expect(roundTrip(makeSpan({ attributes })).meta['list']).toBe(text);
  });

  it('that are too large keep the members that fit, and a list its beginning', () => {
    const large = 'x'.repeat(30_000);
    const attributes: Attributes = {};
    Object.assign(attributes, { object: { a: 1, b: large, c: 'y' }, list: [1, large, 'y'] });

    const { meta } = roundTrip(makeSpan({ attributes }));

    expect(meta).toMatchObject({
      object: '{"a":1,"c":"y"}',
      list: `[1,"${'x'.repeat(24_990)}..."]`,
    });
  });

  it.each<[string, (nothings: object, members: object) => unknown]>([
    ['lists of nothing', (nothings) => Array.from({ length: 2_000 }, () => nothings)],
    ['very many members', (_nothings, members) => members],
  ])('that are %s are looked at as far as they find room', (_, make) => {
    let reads = 0;
    const counted = (target: object): object => {
      const get = (from: object, key: string | symbol): unknown => {
        reads++;
        return Reflect.get(from, key);
      };
      return new Proxy(target, { get });
    };
    const nothings = Array.from({ length: 2_000 }, () => undefined);
    const members = Object.fromEntries(Array.from({ length: 100_000 }, (_none, at) => [at, at]));
    const attributes: Attributes = {};
    Object.assign(attributes, { value: make(counted(nothings), counted(members)) });

    const { meta } = roundTrip(makeSpan({ attributes }));

    expect(reads).toBeLessThan(30_000);
    expect(Buffer.byteLength(meta['value'] ?? '')).toBeLessThanOrEqual(25_000);
  });

  it.each<[string, (self: object) => object]>([
    ['itself', (self) => self],
    ['itself in a list', (self) => [1, [self]]],
    ['itself behind much else', (self) => ({ ...numbered(1_000), self })],
  ])('that are an object with %s are none, and read once', (_, around) => {
    const reads: unknown[] = [];
    const self: object = new Proxy(
      {},
      {
        ownKeys: () => ['around'],
        getOwnPropertyDescriptor: () => ({ enumerable: true, configurable: true }),
        get: (_target, key) => {
          reads.push(key);
          return key === 'around' ? around(self) : undefined;
        },
      },
    );
    const attributes: Attributes = { own: 'x' };
    Object.assign(attributes, { self });

    const { meta } = roundTrip(makeSpan({ attributes }));

    expect(meta).not.toHaveProperty('self');
    expect(meta['own']).toBe('x');
    expect(reads.filter((key) => key === 'around')).toHaveLength(1);
  });

  it('that are an object with another one twice have it twice', () => {
    const one = { a: { b: 1 } };
    const attributes: Attributes = {};
    Object.assign(attributes, { twice: { first: one, list: [one, one.a], second: one } });

    expect(roundTrip(makeSpan({ attributes })).meta['twice']).toBe(
      '{"first":{"a":{"b":1}},"list":[{"a":{"b":1}},{"b":1}],"second":{"a":{"b":1}}}',
    );
  });

  it('that are a long list of texts are read as far as they find room', () => {
    let reads = 0;
    const list = new Proxy(Array<string>(1_000_000).fill('text'), {
      get: (target, key, receiver): unknown => {
        reads++;
        return Reflect.get(target, key, receiver);
      },
    });

    roundTrip(makeSpan({ attributes: { list } }));

    expect(reads).toBeLessThan(12_600);
  });

  it.each<[string, unknown, string]>([
    ['an object', { first: 1, text: LONG, last: 2 }, '{"first":1,"last":2}'],
    ['a list in a list', [[1], [LONG]], '[[1]]'],
    ['an object in a list', [{ a: 1 }, { text: LONG }], '[{"a":1}]'],
  ])(
    'that are %s with a long text read no more of it than a tag can hold',
    (_what, value, json) => {
      const stringify = vi.spyOn(JSON, 'stringify');
      const attributes: Attributes = {};
      Object.assign(attributes, { value });
      const event: TimedEvent = { name: 'event', time: [1, 0], attributes: { list: [LONG] } };

      const { meta } = roundTrip(makeSpan({ attributes, events: [event] }));
      const lengths = stringify.mock.results.map((made) => String(made.value).length);
      stringify.mockRestore();

      expect(meta['value']).toBe(json);
      expect(meta['events']).toBe('[{"time_unix_nano":1000000000,"name":"event"}]');
      expect(Math.max(...lengths)).toBeLessThan(25_100);
    },
  );

  it('may be bytes of another realm, as a test in Jest has them', () => {
    const attributes: Attributes = {};
    Object.assign(
      attributes,
      runInNewContext('({ bytes: Uint8Array.of(1, 2), within: [Uint8Array.of(3)] })'),
    );

    const { meta } = roundTrip(makeSpan({ attributes }));

    expect(meta).toMatchObject({ bytes: 'AQI=', within: '["Aw=="]' });
  });

  it('may be bytes that were given to a worker, of which none are left', () => {
    const bytes = Uint8Array.of(1, 2);
    structuredClone(bytes, { transfer: [bytes.buffer] });
    const attributes: Attributes = {};
    Object.assign(attributes, { bytes, within: [bytes], own: 'x' });

    const { meta } = roundTrip(makeSpan({ attributes }));

    expect(meta).toMatchObject({ bytes: '', within: '[""]', own: 'x' });
  });

  it('may make bytes of themselves', () => {
    const attributes: Attributes = {};
    const made = { toJSON: () => Uint8Array.of(1, 2) };
    Object.assign(attributes, { made, within: { made }, list: [made] });

    const { meta } = roundTrip(makeSpan({ attributes }));

    expect(meta).toMatchObject({ made: '"AQI="', within: '{"made":"AQI="}', list: '["AQI="]' });
  });

  it('may hold bytes that find no room, and functions that are nothing', () => {
    const functions: Record<string, unknown> = { b: 1 };
    for (let at = 0; at < 13_000; at++) functions[`a${at}`] = () => undefined;
    const bytes = Object.assign(Buffer.alloc(1_000_000), {
      toJSON: () => {
        throw new Error('made a list of numbers of it');
      },
    });
    const attributes: Attributes = {};
    Object.assign(attributes, {
      bytes: { a: 1, bytes, c: 3 },
      functions,
    });

    const { meta } = roundTrip(makeSpan({ attributes }));

    expect(meta).toMatchObject({ bytes: '{"a":1,"c":3}', functions: '{"b":1}' });
  });
});
