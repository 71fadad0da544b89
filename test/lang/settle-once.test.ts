import { expect, it } from 'vitest';
import { settleOnce } from '../../src/lang/settle-once.js';

it('delivers the first value only', () => {
  const delivered: number[] = [];
  const settle = settleOnce<number>((value) => delivered.push(value));

  settle(1);
  settle(2);

  expect(delivered).toEqual([1]);
});

it('counts as settled also when the receiver throws', () => {
  const settle = settleOnce<number>(() => {
    throw new Error('receiver');
  });

  expect(() => settle(1)).toThrow('receiver');
  expect(() => settle(2)).not.toThrow();
});
