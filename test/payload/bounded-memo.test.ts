import { describe, expect, it } from 'vitest';
import { runInNewContext } from 'node:vm';
import { setFlagsFromString } from 'node:v8';
import { BoundedMemo } from '../../src/payload/bounded-memo.js';

interface Counted {
  readonly memo: BoundedMemo<string>;
  /** Texts for which a result was made, in order. */
  readonly made: string[];
}

function counted(): Counted {
  const made: string[] = [];
  const make = (text: string): string => {
    made.push(text);
    return text.toUpperCase();
  };
  return { memo: new BoundedMemo(make), made };
}

describe('BoundedMemo', () => {
  it('makes a result once', () => {
    const { memo, made } = counted();

    for (const text of ['a', 'b', 'a', 'a', 'b']) expect(memo.get(text)).toBe(text.toUpperCase());

    expect(made).toEqual(['a', 'b']);
  });

  it('begins anew when it is full', () => {
    const { memo, made } = counted();
    const fill = (): void => {
      for (let at = 0; at < 1_024; at++) memo.get(`text ${at}`);
    };
    fill();
    fill();
    expect(made).toHaveLength(1_024);

    memo.get('one more');
    memo.get('text 0');

    expect(made.slice(1_024)).toEqual(['one more', 'text 0']);
  });

  it('keeps hardly any of the texts that never come again', () => {
    const { memo, made } = counted();

    const kept = Array.from({ length: 64_000 }, (_, at) => memo.find(`text ${at}`)).filter(Boolean);

    expect(kept).toEqual(made.map((text) => text.toUpperCase()));
    expect(kept.length).toBeGreaterThanOrEqual(1_024);
    expect(kept.length).toBeLessThanOrEqual(1_024 + 64_000 / 64);
    expect(memo.get('never kept')).toBe('NEVER KEPT');
  });

  it('keeps those that come again, also after many that never do', () => {
    const { memo } = counted();
    for (let at = 0; at < 10_000; at++) memo.find(`text ${at}`);

    const found = Array.from({ length: 128 }, () => memo.find('again'));

    expect(found.at(-1)).toBe('AGAIN');
  });

  it('keeps nothing of a long text', () => {
    const { memo, made } = counted();
    const long = 'x'.repeat(257);

    for (const text of [long, long, 'short', long]) expect(memo.get(text)).toBe(text.toUpperCase());

    expect(made).toEqual([long, long, 'short', long]);
  });

  it('keeps no large text that a short one is a part of', () => {
    setFlagsFromString('--expose-gc');
    const heapBytes = (): number => {
      runInNewContext('gc()');
      return process.memoryUsage().heapUsed;
    };
    const { memo } = counted();
    const before = heapBytes();

    // A text of its own each time, so that the parts are of none that is shared.
    for (let at = 0; at < 4; at++) memo.get(String(at).padEnd(20_000_000, 'large ').slice(0, 100));

    expect(heapBytes() - before).toBeLessThan(50_000_000); // the last may still be at hand
  });
});
