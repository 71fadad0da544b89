// Owns the random choices of generated spans: the same in every process, so that all rows encode the same.

let state = 0x1234_5678;

/** From 0 up to 1, by xorshift. */
export function random() {
  state ^= state << 13;
  state ^= state >>> 17;
  state ^= state << 5;
  return (state >>> 0) / 2 ** 32;
}

/** An integer from 0 up to `end`. */
export function integerBelow(end) {
  return Math.floor(random() * end);
}

export function oneOf(values) {
  return values[integerBelow(values.length)];
}
