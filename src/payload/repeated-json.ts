// Owns the JSON of long texts that came before: while something is broken, one failure after another has the
// same stack. Knows nothing of where it is written. Bounded.

import { ownCopy } from './own-copy.js';

/** What is shorter is made anew as fast as it is found; what is longer would hold too much memory. */
const MIN_CHARACTERS = 128;
const MAX_CHARACTERS = 4_096;
const MAX_TEXTS = 16;
/** Of keeping a text, in texts that are found: these pay for those that are kept, and for some that never are found. */
const PRICE = 4;
const MAX_CREDIT = MAX_TEXTS * PRICE;
/** Where texts hardly ever come again, one of so many is kept all the same: that may change. */
const SAMPLED = 64;

interface RepeatedText {
  readonly text: string;
  readonly json: Uint8Array;
}

/** Whether a text is of a length that is kept. */
export function mayBeRepeated({ length }: string): boolean {
  return length >= MIN_CHARACTERS && length <= MAX_CHARACTERS;
}

/**
 * Without it, `npm run bench -- shapes` shows a fifth more for `stacks`, which come again, and a twentieth less for
 * `new-stacks`, of which none does.
 */
export class RepeatedJson {
  readonly #texts: RepeatedText[] = [];
  #next = 0;
  #credit = MAX_CREDIT;
  #missed = 0;

  /** The JSON of the text, if it came before or may come again; `undefined` otherwise. */
  of(text: string): Uint8Array | undefined {
    for (const known of this.#texts) {
      if (known.text !== text) continue;
      if (this.#credit < MAX_CREDIT) this.#credit++;
      return known.json;
    }
    this.#missed++;
    if (this.#credit < PRICE && this.#missed % SAMPLED !== 0) return undefined;
    this.#credit = Math.max(this.#credit - PRICE, 0);
    return this.#keep(text);
  }

  #keep(text: string): Uint8Array {
    const json = Buffer.from(JSON.stringify(text));
    this.#texts[this.#next] = { text: ownCopy(text), json };
    this.#next = (this.#next + 1) % MAX_TEXTS;
    return json;
  }
}
