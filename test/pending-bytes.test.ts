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
  expect(pending.isFullWith(0)).toBe(true);
});

it('gives a large batch half of the room, and a single span when there is nothing else', () => {
  const pending = new PendingBytes(20 * 512);
  expect(pending.spansForLargeBatch).toBe(10);

  const release = pending.reserve(8 * 512);
  expect(pending.spansForLargeBatch).toBe(2);
  pending.reserve(4 * 512);
  expect(pending.spansForLargeBatch).toBe(0);
  release?.();

  expect(pending.spansForLargeBatch).toBe(6);
  expect(new PendingBytes(100).spansForLargeBatch).toBe(1);
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
