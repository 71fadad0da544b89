// Owns the attribute values of one span that rules ask for, filled while its attributes are written,
// so that nothing is looked up twice. Knows neither bytes nor rules.

import { type Concept, SLOT_COUNT } from './concepts.js';

/** What the Agent reads as a number; not hexadecimal, and no white space around it. */
const DECIMAL = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/;

/** Values by slot. Those of a span fall back to those of its OTel resource, key by key. */
export class SpanFacts {
  readonly #values: unknown[] = Array.from({ length: SLOT_COUNT });
  #fallback: SpanFacts | undefined;

  /** Forgets the previous span. */
  reset(fallback: SpanFacts | undefined): void {
    this.#values.fill(undefined);
    this.#fallback = fallback;
  }

  set(slot: number, value: unknown): void {
    this.#values[slot] = value;
  }

  /** The first key with a non-empty string on the span or its resource; numbers do not count. */
  text(concept: Concept): string | undefined {
    for (const slot of concept.slots) {
      const text = this.#textAt(slot) ?? this.#inFallback(slot);
      if (text !== undefined) return text;
    }
    return undefined;
  }

  /** The same, of the span alone. */
  ownText(concept: Concept): string | undefined {
    for (const slot of concept.slots) {
      const text = this.#textAt(slot);
      if (text !== undefined) return text;
    }
    return undefined;
  }

  /** The first key that reads as an integer: a number or decimal text, on the span or resource. */
  integer(concept: Concept): number | undefined {
    for (const slot of concept.slots) {
      const value = this.#integerAt(slot) ?? this.#fallbackIntegerAt(slot);
      if (value !== undefined) return value;
    }
    return undefined;
  }

  /** The first key with a non-empty string or an integer, as text. */
  textOrInteger({ slots }: Concept): string | undefined {
    for (const slot of slots) {
      const single = { slots: [slot] };
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
    const value = this.#values[slot];
    return typeof value === 'string' && value !== '' ? value : undefined;
  }

  #integerAt(slot: number): number | undefined {
    const value = this.#values[slot];
    const isNumeric = typeof value === 'string' ? DECIMAL.test(value) : typeof value === 'number';
    if (!isNumeric) return undefined;
    const number = Number(value);
    return Number.isInteger(number) ? number : undefined;
  }
}
