import { expect, it } from 'vitest';
import { PendingBytes } from '../src/pending-bytes.js';

it('gives out no more bytes than there may be, and takes them back once', () => {
  const pending = new PendingBytes(100);
  const release = pending.reserve(60);
  pending.reserve(30);

  expect(pending.reserve(11)).toBeUndefined();
  release?.();
  release?.();

  expect(pending.reserve(71)).toBeUndefined();
  expect(pending.reserve(70)).toBeDefined();
  expect(pending.isFull).toBe(true);
});

it('knows what will never fit', () => {
  const pending = new PendingBytes(100);

  expect([pending.isBeyondLimit(100), pending.isBeyondLimit(101)]).toEqual([false, true]);
});

it('estimates spans that nobody has encoded by those that were', () => {
  const pending = new PendingBytes(10_000);
  expect([pending.isFullWith(19), pending.isFullWith(20)]).toEqual([false, true]); // 512 each

  for (let payload = 0; payload < 50; payload++) pending.learn(10, 1_000);

  expect([pending.isFullWith(99), pending.isFullWith(101)]).toEqual([false, true]);
});

it('tells once when there is room again, unless nobody listens any more', () => {
  const pending = new PendingBytes(100);
  const releases = [pending.reserve(50), pending.reserve(50)];
  const calls: string[] = [];
  pending.whenReleased(() => calls.push('heard'));
  pending.whenReleased(() => calls.push('not heard'))();

  for (const release of releases) release?.();

  expect(calls).toEqual(['heard']);
});
