import { describe, expect, it } from 'vitest';
import { mayBeRepeated, RepeatedJson } from '../../src/payload/repeated-json.js';

const FRAMES = '\n    at placeOrder (file:///srv/app/dist/orders.js:118:23)'.repeat(5);

function stack(message: string): string {
  return `Error: ${message}${FRAMES}`;
}

function stacks(count: number, message: string): string[] {
  return Array.from({ length: count }, (_, index) => stack(`${message} ${1_000 + index}`));
}

describe('the JSON of repeated texts', () => {
  it.each([
    ['line breaks', stack('gone')],
    ['what is escaped', stack('"\\\t\u0000\u001f\u007f')],
    ['other letters', stack('Zürich 注文 💳')],
    ['lone surrogates', stack('\ud800 \udc00')],
  ])('is that of JSON.stringify, first and again: %s', (_, text) => {
    const repeated = new RepeatedJson();
    const expected = JSON.stringify(text);
    for (let turn = 0; turn < 3; turn++) {
      const json = repeated.of(text);
      expect(json && Buffer.from(json).toString()).toBe(expected);
    }
  });

  it('is made once of texts that come by turns', () => {
    const repeated = new RepeatedJson();
    const first = stacks(16, 'gone').map((text) => repeated.of(text));
    const again = stacks(16, 'gone').map((text) => repeated.of(text));
    expect(first.every((json) => json !== undefined)).toBe(true);
    for (const [index, json] of again.entries()) expect(json).toBe(first[index]);
  });

  it('is forgotten for that of texts that came later', () => {
    const repeated = new RepeatedJson();
    const first = repeated.of(stack('gone'));
    for (let turn = 0; turn < 4; turn++) expect(repeated.of(stack('gone'))).toBe(first);
    for (const text of stacks(16, 'gone')) repeated.of(text);
    expect(repeated.of(stack('gone'))).not.toBe(first);
  });

  it('is hardly ever kept of texts that never come again', () => {
    const repeated = new RepeatedJson();
    const kept = stacks(6_400, 'gone').filter((text) => repeated.of(text) !== undefined);
    expect(kept.length).toBeGreaterThanOrEqual(100);
    expect(kept.length).toBeLessThanOrEqual(16 + 100);
  });

  it('is kept again once texts come again', () => {
    const repeated = new RepeatedJson();
    for (const text of stacks(1_000, 'gone')) repeated.of(text);
    const found = Array.from({ length: 128 }, () => repeated.of(stack('refused')));
    expect(found.at(-1)).toBeDefined();
    expect(found.at(-1)).toBe(found.at(-2));
  });

  it('is not kept at the expense of more than it saves', () => {
    const repeated = new RepeatedJson();
    for (const text of stacks(1_000, 'gone')) repeated.of(text);
    for (let turn = 0; turn < 128; turn++) repeated.of(stack('refused'));
    const kept = stacks(400, 'missing').filter((text) => {
      repeated.of(stack('refused'));
      return repeated.of(text) !== undefined;
    });
    // Four that are found for one that is kept, and what was saved before.
    expect(kept.length).toBeLessThanOrEqual(16 + 400 / 4 + 400 / 64);
  });
});

it.each([
  [127, false],
  [128, true],
  [4_096, true],
  [4_097, false],
])('of texts of %i characters, it may be kept: %s', (length, expected) => {
  expect(mayBeRepeated('x'.repeat(length))).toBe(expected);
});
