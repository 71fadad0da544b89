import { expect, it } from 'vitest';
import { settleOnce } from '../../src/lang/settle-once.js';

it('delivers the first value only, and says which call it was', () => {
  const delivered: number[] = [];
  const settle = settleOnce<number>((value) => delivered.push(value));

  expect([settle(1), settle(2)]).toEqual([true, false]);
  expect(delivered).toEqual([1]);
});

it('counts as settled also when the receiver throws', () => {
  const settle = settleOnce<number>(() => {
    throw new Error('receiver');
  });

  expect(() => settle(1)).toThrow('receiver');
  expect(settle(2)).toBe(false);
});
