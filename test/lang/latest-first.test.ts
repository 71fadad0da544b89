import { expect, it } from 'vitest';
import { LatestFirst } from '../../src/lang/latest-first.js';

interface Thing {
  readonly name: string;
}

it('what came latest is taken first, unless it is withdrawn', () => {
  const things = new LatestFirst<Thing>();
  const [, withdrawB, withdrawC] = ['a', 'b', 'c', 'd'].map((name) => things.add({ name }));

  withdrawC?.();
  expect(things.take()).toEqual({ name: 'd' });
  expect(things.take()).toEqual({ name: 'b' });
  expect(things.first).toEqual({ name: 'a' });
  things.add({ name: 'e' });
  withdrawB?.(); // e has its number
  expect(things.take()).toEqual({ name: 'e' });
  expect(things.take()).toEqual({ name: 'a' });
  expect(things.take()).toBeUndefined();

  things.add({ name: 'f' });
  things.clear();

  expect(things.take()).toBeUndefined();
});
