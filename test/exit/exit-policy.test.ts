import { expect, it } from 'vitest';
import { isOursToEnd, type Reraise } from '../../src/exit/exit-policy.js';

const wishes: readonly [readonly Reraise[], othersListen: boolean, isOurs: boolean][] = [
  [['auto'], false, true],
  [['auto'], true, false],
  [['never'], false, false],
  [['always'], true, true],
  [['never', 'always'], true, true],
  [['auto', 'always'], true, true],
  [['auto', 'never'], false, false],
];

it.each(wishes)(
  'with the wishes %j, others listening: %s, it is ours to end the process: %s',
  (wanted, othersListen, isOurs) => {
    expect(isOursToEnd(wanted, othersListen)).toBe(isOurs);
    expect(isOursToEnd(wanted.toReversed(), othersListen)).toBe(isOurs);
  },
);
