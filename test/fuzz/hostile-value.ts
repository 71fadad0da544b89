// Owns values that no instrumentation should put into a span, as data that can be printed and replayed,
// and what is made of that data. Source of the kinds: whatever a JavaScript caller can pass.

import fc from 'fast-check';

const ODD_NAMES = [
  'symbol',
  'function',
  'date',
  'invalidDate',
  'regExp',
  'map',
  'bytes',
  'error',
  'promise',
  'boxed',
  'noPrototype',
  'sparse',
  'long',
  'cyclic',
  'deep',
  'throwingMember',
  'throwingIterator',
  'throwingToJson',
  'throwingToString',
  'throwingElements',
  'throwingProxy',
  'revoked',
  'revokedArray',
] as const;
type Oddity = (typeof ODD_NAMES)[number];

/** Values that have no literal. */
const ODDITIES: Readonly<Record<Oddity, () => unknown>> = {
  symbol: () => Symbol('s'),
  function: () => () => undefined,
  date: () => new Date(0),
  invalidDate: () => new Date(Number.NaN),
  regExp: () => /x/gu,
  map: () => new Map([['key', 1]]),
  bytes: () => Buffer.from([0, 255, 0xd8]),
  error: () => new Error('an error'),
  promise: () => Promise.resolve(1),
  boxed: (): unknown => Object('boxed'),
  noPrototype: (): unknown => Object.setPrototypeOf({ a: 1 }, null),
  sparse: () => Object.assign([], { 5: 'x', length: 9 }),
  long: () => Array.from({ length: 5_000 }, (_, index) => index),
  cyclic: () => {
    const made: Record<string, unknown> = { a: 1 };
    made['self'] = made;
    return made;
  },
  deep: () => {
    let made: unknown = 1;
    for (let depth = 0; depth < 3_000; depth++) made = [made];
    return made;
  },
  throwingMember: () => Object.defineProperty({}, 'bad', { enumerable: true, get: fail }),
  throwingIterator: () => Object.defineProperty([1], Symbol.iterator, { get: fail }),
  throwingToJson: () => ({ toJSON: fail }),
  throwingToString: () => ({ toString: fail, valueOf: fail }),
  throwingElements: () => new Proxy([1, 2], { get: fail }),
  throwingProxy: () => new Proxy({}, { get: fail, ownKeys: fail, has: fail }),
  revoked: () => revokedProxyOf({}),
  revokedArray: () => revokedProxyOf([]),
};

export type HostileValue =
  | { readonly is: 'literal'; readonly value: unknown }
  | { readonly is: 'text'; readonly of: string; readonly length: number }
  | { readonly is: 'list'; readonly of: readonly HostileValue[] }
  | { readonly is: 'odd'; readonly which: Oddity };

/** Lone surrogates, control characters, and such that grow when they are written. */
const CHARACTERS = [
  'x',
  '\uD800',
  '\uDFFF',
  'é',
  '語',
  '😀',
  '\u0000',
  '\r\n',
  '"',
  '\\',
  'a\u0301',
];
const LENGTHS = [0, 1, 50, 51, 100, 200, 4_999, 5_000, 25_000, 25_001, 100_000];
const NUMBERS = [
  0,
  -0,
  Number.NaN,
  Infinity,
  -Infinity,
  2 ** 53,
  -(2 ** 53) - 2,
  2 ** 32,
  2 ** 63,
  1e308,
  5e-324,
  -1,
  0.1,
];

const literal: fc.Arbitrary<HostileValue> = fc
  .oneof(
    fc.constantFrom<unknown>(undefined, null, true, false, ...NUMBERS),
    fc.double(),
    fc.bigInt({ min: -(2n ** 80n), max: 2n ** 80n }),
    fc.string({ unit: 'binary', maxLength: 20 }),
  )
  .map((value) => ({ is: 'literal', value }));
const text: fc.Arbitrary<HostileValue> = fc.record({
  is: fc.constant('text'),
  of: fc.constantFrom(...CHARACTERS),
  length: fc.constantFrom(...LENGTHS),
});
const odd: fc.Arbitrary<HostileValue> = fc.record({
  is: fc.constant('odd'),
  which: fc.constantFrom(...ODD_NAMES),
});
const single = fc.oneof(literal, text, odd);

export const hostileValue: fc.Arbitrary<HostileValue> = fc.oneof(
  { weight: 5, arbitrary: single },
  {
    weight: 1,
    arbitrary: fc.record({ is: fc.constant('list'), of: fc.array(single, { maxLength: 4 }) }),
  },
);

/** What the data stands for. */
export function make(value: HostileValue): unknown {
  switch (value.is) {
    case 'literal':
      return value.value;
    case 'text':
      return value.of.repeat(value.length);
    case 'list':
      return value.of.map((one) => make(one));
    case 'odd':
      return ODDITIES[value.which]();
  }
}

function revokedProxyOf(target: object): object {
  const { proxy, revoke } = Proxy.revocable(target, {});
  revoke();
  return proxy;
}

function fail(): never {
  throw new Error('hostile');
}
