import { expect, it } from 'vitest';
import { PendingBytes } from '../../src/exporter/pending-bytes.js';

const KIB = 1_024;
/** What a payload counts for besides its bytes. */
const OVERHEAD = 7 * KIB;

it('makes room for no more than there may be, and takes it back once', () => {
  const pending = new PendingBytes(100 * KIB);
  const release = pending.reserve(40 * KIB);
  pending.reserve(30 * KIB);

  expect(pending.reserve(16 * KIB)).toBeUndefined();
  release?.();
  release?.();

  expect(pending.reserve(57 * KIB)).toBeUndefined();
  expect(pending.reserve(56 * KIB)).toBeDefined();
  expect(pending.isFullWith({ batches: 0, spans: 0 })).toBe(true);
});

it('lets a payload through that is alone, if its bytes fit', () => {
  const pending = new PendingBytes(100);

  expect(pending.reserve(101)).toBeUndefined();
  expect(pending.reserve(100)).toBeDefined();
  expect(pending.reserve(0)).toBeUndefined();
});

it('counts small payloads for what they really take', () => {
  const pending = new PendingBytes(1_000 * OVERHEAD);
  let count = 0;

  while (pending.reserve(1) !== undefined) count++;

  expect(count).toBe(999);
});

it('says how many spans fit, and lets through a single one when there is nothing else', () => {
  const pending = new PendingBytes(OVERHEAD + 20 * 512);
  expect([pending.spansThatFit(1, 0), pending.spansThatFit(0.5, 0)]).toEqual([20, 3]);

  const release = pending.reserve(0);
  expect(pending.spansThatFit(1, 0)).toBe(6);
  expect(pending.spansThatFit(0.5, 0)).toBe(0);
  release?.();

  expect(pending.spansThatFit(1, 0)).toBe(20);
  expect([pending.spansThatFit(1, 5 * 512), pending.spansThatFit(1, 30 * 512)]).toEqual([15, 0]);
  expect(new PendingBytes(100).spansThatFit(1, 0)).toBe(1);
});

it('estimates what nobody has encoded by what was', () => {
  const pending = new PendingBytes(20 * 512);
  const isFullWith = (spans: number): boolean => pending.isFullWith({ batches: 0, spans });
  expect([isFullWith(19), isFullWith(20)]).toEqual([false, true]);
  expect(pending.isFullWith({ batches: 1, spans: 10 })).toBe(true);

  for (let payload = 0; payload < 50; payload++) pending.learn(10, 1_024);

  expect([isFullWith(99), isFullWith(101)]).toEqual([false, true]);
});

it('tells once when there is room again', () => {
  const pending = new PendingBytes(100 * KIB);
  const releases = [pending.reserve(10), pending.reserve(10)];
  const calls: string[] = [];
  const hear = (): void => void calls.push('heard');
  pending.whenReleased(hear);
  pending.whenReleased(hear);

  for (const release of releases) release?.();

  expect(calls).toEqual(['heard']);
});
