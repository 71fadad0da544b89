import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { retryAfterMillis } from '../../src/transport/retry-after.js';

/** One in which a time without a zone would be read hours off. */
beforeAll(() => void vi.stubEnv('TZ', 'America/New_York'));
afterAll(() => void vi.unstubAllEnvs());

const NOW = Date.UTC(2026, 10, 23, 12, 0, 0);

it.each([
  ['0', 0],
  ['1', 1_000],
  ['  30 ', 30_000],
  ['Mon, 23 Nov 2026 12:00:05 GMT', 5_000],
  ['Monday, 23-Nov-26 12:00:05 GMT', 5_000],
  ['Mon Nov 23 12:00:05 2026', 5_000],
  ['Mon, 23 Nov 2026 11:59:55 GMT', 0],
])('understands "%s"', (value, millis) => {
  expect(retryAfterMillis([value], NOW)).toBe(millis);
});

it.each(['', '-5', 'soon', '1e3', '1e309', '1.5', '2026-12-01', 'Mon, 99 Foo 2026', '0x10', 'NaN'])(
  'does not guess what "%s" means',
  (value) => {
    expect(retryAfterMillis([value], NOW)).toBeUndefined();
  },
);

it('takes the longest of several, and ignores those that it does not understand', () => {
  expect(retryAfterMillis(['1', 'soon', '3', '2'], NOW)).toBe(3_000);
  expect(retryAfterMillis([], NOW)).toBeUndefined();
});
