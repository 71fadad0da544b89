// Owns results of a pure function of short texts, kept because the same few texts come again and again.
// Bounded: when it is full, it begins anew.

import { ownCopy } from './own-copy.js';

const MAX_ENTRIES = 1_024;
const MAX_CHARACTERS = 256;

export class BoundedMemo<T> {
  readonly #make: (text: string) => T;
  readonly #entries = new Map<string, T>();
  #lastText: string | undefined;
  #last: T | undefined;

  constructor(make: (text: string) => T) {
    this.#make = make;
  }

  get(text: string): T {
    if (text === this.#lastText && this.#last !== undefined) return this.#last;
    const result = this.#find(text);
    this.#lastText = text;
    this.#last = result;
    return result;
  }

  #find(text: string): T {
    const known = this.#entries.get(text);
    if (known !== undefined) return known;
    if (text.length > MAX_CHARACTERS) return this.#make(text);
    const kept = ownCopy(text);
    const made = this.#make(kept);
    if (this.#entries.size >= MAX_ENTRIES) this.#entries.clear();
    this.#entries.set(kept, made);
    return made;
  }
}
