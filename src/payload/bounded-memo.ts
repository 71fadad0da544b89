// Owns results of a pure function of short texts, kept because the same few texts come again and again.
// Bounded: when it is full, it begins anew.

import { ownCopy } from './own-copy.js';

const MAX_ENTRIES = 1_024;
const MAX_CHARACTERS = 256;

interface Entry<T> {
  readonly text: string;
  readonly value: T;
}

export class BoundedMemo<T> {
  readonly #make: (text: string) => T;
  readonly #entries = new Map<string, Entry<T>>();
  #last: Entry<T> | undefined;

  constructor(make: (text: string) => T) {
    this.#make = make;
  }

  get(text: string): T {
    const last = this.#last;
    if (last !== undefined && last.text === text) return last.value;
    const known = this.#entries.get(text);
    if (known === undefined && text.length > MAX_CHARACTERS) return this.#make(text);
    const entry = known ?? this.#add(text);
    this.#last = entry;
    return entry.value;
  }

  #add(text: string): Entry<T> {
    const kept = ownCopy(text);
    const entry = { text: kept, value: this.#make(kept) };
    if (this.#entries.size >= MAX_ENTRIES) this.#entries.clear();
    this.#entries.set(kept, entry);
    return entry;
  }
}
