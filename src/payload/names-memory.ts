// Owns the names of some earlier spans of a template, by the values that decided them. Knows nothing of how they do.

import type { Concept } from './concepts.js';
import { KeepingCredit } from './keeping-credit.js';
import type { Constant } from './msgpack-writer.js';
import { ownCopy } from './own-copy.js';
import type { SpanFacts } from './span-facts.js';

/** What a span is called, apart from what it worked on. */
export interface NamedType {
  readonly operation: string;
  /** The fields `service`, `name` and `type`, and the key `resource`. */
  readonly encoded: Constant;
}

/** What decides names besides the template. */
interface Deciding {
  readonly isHttp: boolean;
  /** Bits of the deciding concepts that had a value. */
  readonly present: number;
}

export interface DecidingText {
  readonly concept: Concept;
  readonly text: string | undefined;
}

interface RememberedNames extends Deciding {
  readonly texts: readonly DecidingText[];
  readonly named: NamedType;
}

/**
 * Several, because a client of AWS or of messages calls several services. With none remembered,
 * `npm run bench -- shapes` shows 15 % more for `messages`.
 */
const MAX_REMEMBERED = 4;
/** Number of spans with remembered names for which those of one more are remembered: to copy what decides takes time. */
const PRICE = 4;
/** Longer texts would hold too much memory. */
const MAX_CHARACTERS = 256;

export class NamesMemory {
  readonly #entries: RememberedNames[] = [];
  readonly #credit = new KeepingCredit(PRICE, MAX_REMEMBERED);
  /** The oldest entry, which is replaced next. */
  #next = 0;

  /** The names of an earlier span that was decided by the same. */
  find(facts: SpanFacts, { present, isHttp }: Deciding): NamedType | undefined {
    for (const names of this.#entries) {
      const isAlike = names.present === present && names.isHttp === isHttp;
      if (!isAlike || !isDecidedBy(names.texts, facts)) continue;
      this.#credit.earn();
      return names.named;
    }
    return undefined;
  }

  /** Remembers names that were not found, if that pays. */
  remember(
    { present, isHttp }: Deciding,
    named: NamedType,
    textsOf: () => readonly DecidingText[],
  ): void {
    if (!this.#credit.pay()) return;
    const texts = textsOf();
    if (!texts.every(isShort)) return;
    this.#entries[this.#next] = { present, isHttp, texts: texts.map(copyOf), named };
    this.#next = (this.#next + 1) % MAX_REMEMBERED;
  }
}

function isDecidedBy(texts: readonly DecidingText[], facts: SpanFacts): boolean {
  for (const { concept, text } of texts) {
    if (facts.text(concept) !== text) return false;
  }
  return true;
}

function isShort({ text }: DecidingText): boolean {
  return text === undefined || text.length <= MAX_CHARACTERS;
}

function copyOf({ concept, text }: DecidingText): DecidingText {
  return { concept, text: text === undefined ? undefined : ownCopy(text) };
}
