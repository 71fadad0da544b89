// Owns results of a pure function of short texts, kept because the same few texts come again and again.
// Bounded: when it is full, it begins anew.

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
    const made = this.#make(text);
    if (text.length > MAX_CHARACTERS) return made;
    if (this.#entries.size >= MAX_ENTRIES) this.#entries.clear();
    this.#entries.set(text, made);
    return made;
  }
}
