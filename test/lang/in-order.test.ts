import { expect, it } from 'vitest';
import { InOrder } from '../../src/lang/in-order.js';

it('what came first is first until it leaves, then what came next of those that are left', () => {
  const things = new InOrder<string>();
  const [a, b, c] = ['a', 'b', 'c'].map((thing) => things.add(thing));

  expect([things.first, things.size]).toEqual(['a', 3]);
  things.delete(b ?? NaN);
  expect([things.first, things.oldest, things.size]).toEqual(['a', a, 2]);
  things.delete(a ?? NaN);
  things.delete(a ?? NaN);
  expect([things.first, things.oldest, things.size]).toEqual(['c', c, 1]);
  expect([...things.values()]).toEqual(['c']);
  things.clear();

  expect([things.first, things.oldest, things.size]).toEqual([undefined, things.next, 0]);
  expect(things.get(things.add('d'))).toBe('d');
  expect(things.first).toBe('d');
});
