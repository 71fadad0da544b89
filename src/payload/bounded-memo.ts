// Owns results of a pure function of short texts, kept because the same few texts come again and again.
// Bounded: when it is full, it begins anew.

import { KeepingCredit } from './keeping-credit.js';
import { ownCopy } from './own-copy.js';

const MAX_ENTRIES = 1_024;
const MAX_CHARACTERS = 256;
/** Number of texts that must be found before one more is kept: the time that they save pays for it. */
const PRICE = 8;

interface Entry<T> {
  readonly text: string;
  readonly value: T;
}

export class BoundedMemo<T> {
  readonly #make: (text: string, isKept: boolean) => T;
  readonly #entries = new Map<string, Entry<T>>();
  readonly #credit = new KeepingCredit(PRICE, MAX_ENTRIES);
  #last: Entry<T> | undefined;

  /** `isKept` says whether the result is kept. */
  constructor(make: (text: string, isKept: boolean) => T) {
    this.#make = make;
  }

  get(text: string): T {
    const entry = this.#entry(text);
    return entry === undefined ? this.#make(text, false) : entry.value;
  }

  /** Like `get`; `undefined` for a text that is not worth being kept, as names that never come again. */
  find(text: string): T | undefined {
    return this.#entry(text)?.value;
  }

  #entry(text: string): Entry<T> | undefined {
    const last = this.#last;
    if (last !== undefined && last.text === text) return last;
    if (text.length > MAX_CHARACTERS) return undefined;
    const known = this.#entries.get(text);
    if (known !== undefined) this.#credit.earn();
    const entry = known ?? (this.#credit.pay() ? this.#add(text) : undefined);
    if (entry !== undefined) this.#last = entry;
    return entry;
  }

  #add(text: string): Entry<T> {
    const kept = ownCopy(text);
    const entry = { text: kept, value: this.#make(kept, true) };
    if (this.#entries.size >= MAX_ENTRIES) this.#entries.clear();
    this.#entries.set(kept, entry);
    return entry;
  }
}
