// Owns the JSON of long texts, kept for when they come again: while something is broken, one failure after another
// has the same stack. Knows nothing of where it is written. Bounded.

import { KeepingCredit } from './keeping-credit.js';

/** JSON of shorter texts is made about as fast as it is found; with the longest, all hold half a MiB together. */
const MIN_CHARACTERS = 128;
const MAX_CHARACTERS = 4_096;
const MAX_TEXTS = 16;
/** Number of texts that must be found before one more is kept: the time that they save pays for it. */
const PRICE = 4;

interface RepeatedText {
  readonly text: string;
  readonly json: Uint8Array;
}

/** Whether a text is of a length that is kept. */
export function mayBeRepeated({ length }: string): boolean {
  return length >= MIN_CHARACTERS && length <= MAX_CHARACTERS;
}

/**
 * Without it, `npm run bench -- shapes` shows a third more for `stacks`, and no more than a twentieth less for
 * `new-stacks`, of which none comes again.
 */
export class RepeatedJson {
  readonly #texts: RepeatedText[] = [];
  readonly #credit = new KeepingCredit(PRICE, MAX_TEXTS);
  #next = 0;

  /** The JSON of the text, if it is kept or was kept just now; `undefined` otherwise. */
  of(text: string): Uint8Array | undefined {
    for (const known of this.#texts) {
      if (known.text !== text) continue;
      this.#credit.earn();
      return known.json;
    }
    return this.#credit.pay() ? this.#keep(text) : undefined;
  }

  #keep(text: string): Uint8Array {
    const json = JSON.stringify(text);
    const bytes = Buffer.from(json);
    // Keeps a copy: if the text is a part of another one, V8 would keep that as well.
    this.#texts[this.#next] = { text: String(JSON.parse(json)), json: bytes };
    this.#next = (this.#next + 1) % MAX_TEXTS;
    return bytes;
  }
}
