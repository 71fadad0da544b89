// Owns the keys of tags: what becomes of an attribute with a given key, the key's encoded bytes, and
// whether the present span has that tag already. Bounded: keys beyond the bound are encoded anew
// for each span.

import {
  type AttributeEffect,
  attributeEffect,
  datadogKey,
  repairOf,
  type RepairText,
} from './attribute-rules.js';
import { factSlot } from './concepts.js';
import { encodedText } from './encoded-text.js';
import { MAX_TAG_KEY_BYTES } from './limits.js';

/** Keys beyond this number are not kept; a service has a few hundred. */
const MAX_KEPT_KEYS = 4_096;

/** A key of `meta` or `metrics`. */
export class Tag {
  readonly encoded: Uint8Array;
  readonly repair: RepairText | undefined;
  /** Serial of the last span that has this tag in `meta`, and in `metrics`. */
  metaOf = 0;
  metricsOf = 0;

  constructor(key: string) {
    this.encoded = encodedText(key, MAX_TAG_KEY_BYTES);
    this.repair = repairOf(key);
  }
}

/** What becomes of an attribute of a given key. */
export interface AttributeKey {
  /** The tag it is written to; `undefined` if it is none. */
  readonly tag: Tag | undefined;
  /** Slot of the facts that it fills. */
  readonly fact: number | undefined;
  readonly effect: AttributeEffect | undefined;
}

export class TagKeys {
  readonly #tags = new Map<string, Tag>();
  readonly #attributes = new Map<string, AttributeKey>();
  readonly #overflow = new Map<string, Tag>();

  /** Forgets the keys beyond the bound, which belong to one span. */
  startSpan(): void {
    if (this.#overflow.size > 0) this.#overflow.clear();
  }

  tag(key: string): Tag {
    const known = this.#tags.get(key) ?? this.#overflow.get(key);
    if (known !== undefined) return known;
    const tag = new Tag(key);
    (this.#tags.size < MAX_KEPT_KEYS ? this.#tags : this.#overflow).set(key, tag);
    return tag;
  }

  attribute(key: string): AttributeKey {
    const known = this.#attributes.get(key);
    if (known !== undefined) return known;
    const name = datadogKey(key);
    const attribute = {
      tag: name === undefined ? undefined : this.tag(name),
      fact: factSlot(key),
      effect: attributeEffect(key),
    };
    // Not beyond the bound, where the tag is forgotten after the span.
    if (this.#tags.size < MAX_KEPT_KEYS) this.#attributes.set(key, attribute);
    return attribute;
  }
}
