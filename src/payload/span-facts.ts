// Owns the attribute values of one span that rules ask for, filled while its attributes are written,
// so that nothing is looked up twice. Knows neither bytes nor rules.

import { type Concept, type Fact, SLOT_COUNT } from './concepts.js';

/**
 * Text that the Agent reads as a number; not hexadecimal, and without white space around it. Each digit matches in
 * one way only: with `\d+\.?\d*`, 40 000 of them before an `x` took 4 s.
 */
const DECIMAL = /^[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?$/;

/** To be copied: with arrays made by a function, `tenants` of `npm run bench -- shapes` takes an eighth more. */
const NO_VALUES: readonly unknown[] = Array.from({ length: SLOT_COUNT });
const NO_SPANS: readonly number[] = Array.from({ length: SLOT_COUNT }, () => -1);

/** Values by slot. For each key that a span has no value for, that of its OTel resource counts. */
export class SpanFacts {
  readonly #values: unknown[] = NO_VALUES.slice();
  /** By slot, the serial of the span that has set the value. */
  readonly #spans: number[] = NO_SPANS.slice();
  #span = 0;
  /** Bits of the concepts that have a value here, and of those that have one here or in the fallback. */
  #own = 0;
  #all = 0;
  #fallback: SpanFacts | undefined;

  /** Forgets the previous span. */
  reset(fallback: SpanFacts): void {
    this.#span++;
    this.#fallback = fallback;
    this.#own = 0;
    this.#all = fallback.#all;
  }

  set({ slot, bit }: Fact, value: unknown): void {
    this.#values[slot] = value;
    this.#spans[slot] = this.#span;
    this.#own |= bit;
    this.#all |= bit;
  }

  /** Whether the span or its resource has any value for one of the concepts with these bits. */
  hasAny(bits: number): boolean {
    return this.among(bits) !== 0;
  }

  /** Those of the bits for whose concepts the span or its resource has any value. */
  among(bits: number): number {
    return this.#all & bits;
  }

  /** Whether the span or its resource has any value for the concept. */
  has({ bit }: Concept): boolean {
    return (this.#all & bit) !== 0;
  }

  /** Like `has`, of the span alone. */
  hasOwn({ bit }: Concept): boolean {
    return (this.#own & bit) !== 0;
  }

  /** The first non-empty string, key by key, of the span or its resource; numbers do not count. */
  text(concept: Concept): string | undefined {
    if ((this.#all & concept.bit) === 0) return undefined;
    return this.#isInFallback(concept) ? this.#findText(concept) : this.#findOwnText(concept);
  }

  /** Like `text`, of the span alone. */
  ownText(concept: Concept): string | undefined {
    return this.hasOwn(concept) ? this.#findOwnText(concept) : undefined;
  }

  /** The first integer, key by key: a number on the span or its resource, else decimal text. */
  integer(concept: Concept): number | undefined {
    return this.has(concept) ? this.#findInteger(concept) : undefined;
  }

  /** The resource answers few concepts: for the others, it need not be asked about each key. */
  #isInFallback({ bit }: Concept): boolean {
    return this.#fallback !== undefined && (this.#fallback.#all & bit) !== 0;
  }

  #findText({ firstSlot, endSlot }: Concept): string | undefined {
    for (let slot = firstSlot; slot < endSlot; slot++) {
      const text = this.#textAt(slot) ?? this.#inFallback(slot);
      if (text !== undefined) return text;
    }
    return undefined;
  }

  #findOwnText({ firstSlot, endSlot }: Concept): string | undefined {
    for (let slot = firstSlot; slot < endSlot; slot++) {
      const text = this.#textAt(slot);
      if (text !== undefined) return text;
    }
    return undefined;
  }

  #findInteger({ firstSlot, endSlot }: Concept): number | undefined {
    for (let slot = firstSlot; slot < endSlot; slot++) {
      const value =
        this.#integerAt(slot) ??
        this.#fallbackIntegerAt(slot) ??
        decimal(this.#textAt(slot) ?? this.#inFallback(slot));
      if (value !== undefined) return value;
    }
    return undefined;
  }

  /** The first non-empty string or integer, key by key, as text. */
  textOrInteger({ firstSlot, endSlot, bit }: Concept): string | undefined {
    if ((this.#all & bit) === 0) return undefined;
    for (let slot = firstSlot; slot < endSlot; slot++) {
      const single = { firstSlot: slot, endSlot: slot + 1, bit };
      const found = this.text(single) ?? this.integer(single);
      if (found !== undefined) return String(found);
    }
    return undefined;
  }

  #inFallback(slot: number): string | undefined {
    return this.#fallback === undefined ? undefined : this.#fallback.#textAt(slot);
  }

  #fallbackIntegerAt(slot: number): number | undefined {
    return this.#fallback === undefined ? undefined : this.#fallback.#integerAt(slot);
  }

  #textAt(slot: number): string | undefined {
    const value = this.#spans[slot] === this.#span ? this.#values[slot] : undefined;
    return typeof value === 'string' && value !== '' ? value : undefined;
  }

  #integerAt(slot: number): number | undefined {
    const value = this.#spans[slot] === this.#span ? this.#values[slot] : undefined;
    return typeof value === 'number' && Number.isInteger(value) ? value : undefined;
  }
}

function decimal(text: string | undefined): number | undefined {
  const number = text !== undefined && DECIMAL.test(text) ? Number(text) : undefined;
  return Number.isInteger(number) ? number : undefined;
}
