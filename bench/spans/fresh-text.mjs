// Owns strings as a parser makes them: a new object each time, neither interned nor hashed. What was
// learnt of one by its identity is of no use for the next.

import { oneOf } from './random.mjs';

/** @returns a function that makes one of the texts anew; they are Latin-1. */
export function freshTexts(texts) {
  const sources = texts.map((text) => Buffer.from(text, 'latin1'));
  return () => oneOf(sources).latin1Slice();
}

/** The same for any text. */
export function freshUnicodeTexts(texts) {
  const sources = texts.map((text) => Buffer.from(text, 'utf8'));
  return () => oneOf(sources).utf8Slice();
}
