// Owns the chance in tests that can be repeated: the same seed gives the same numbers.

export interface SeededRandom {
  /** Within [0, 1). */
  readonly fraction: () => number;
  /** An integer from 0 up to but not including `limit`. */
  readonly below: (limit: number) => number;
  readonly chance: (percent: number) => boolean;
  readonly pick: <Item>(items: readonly [Item, ...Item[]]) => Item;
  /** So many hexadecimal digits, not all of them 0. */
  readonly hex: (digits: number) => string;
}

/** The seed that the environment names to repeat a run, or another one. */
export function chosenSeed(otherwise: number = Math.floor(Math.random() * 2 ** 31)): number {
  return Number(process.env['SEED'] ?? otherwise);
}

/** @param seed any integer; its lowest 32 bits count. */
export function seededRandom(seed: number): SeededRandom {
  let state = seed | 0;
  /** 32 bits. */
  const next = (): number => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return (mixed ^ (mixed >>> 14)) >>> 0;
  };
  const below = (limit: number): number => next() % limit;
  return {
    fraction: () => next() / 2 ** 32,
    below,
    chance: (percent) => below(100) < percent,
    pick: (items) => items[below(items.length)] ?? items[0],
    hex: (digits) => {
      const text = Array.from({ length: digits }, () => below(16).toString(16)).join('');
      return text.replace(/^0+$/u, '1'.repeat(digits));
    },
  };
}
