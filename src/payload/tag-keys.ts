// Owns the keys of tags: what becomes of an attribute with a given key, the key's encoded bytes, and
// whether the present span has that tag already. Two keys that are the same on the wire, because they
// were cut or repaired, are one tag.

import {
  type AttributeEffect,
  attributeEffect,
  datadogKey,
  isOfChunk,
  repairOf,
  type RepairText,
} from './attribute-rules.js';
import { type Fact, factOf } from './concepts.js';
import { constantText } from './encoded-text.js';
import { MAX_TAG_KEY_BYTES } from './limits.js';
import type { Constant } from './msgpack-writer.js';
import { cutWithEllipsis } from './normalize.js';

/** Beyond this number all keys are forgotten and learnt anew; a service has a few hundred. */
const MAX_KEYS = 4_096;
/** A longer key is looked up each time, so that few of them cannot hold much memory. */
const MAX_KEPT_CHARACTERS = 1_024;

/** A key of `meta` or `metrics`. */
export class Tag {
  readonly key: Constant;
  readonly repair: RepairText | undefined;
  /** Whether chunks have it, so that the span's own may clash with theirs. */
  readonly isOfChunk: boolean;
  /** Whether it may be among the tags that spans have in common, so that the span's own may clash. */
  isShared: boolean;
  /** Serial of the last span that has this tag in `meta`, and in `metrics`. */
  metaOf = 0;
  metricsOf = 0;

  constructor(key: string) {
    this.key = constantText(key);
    this.repair = repairOf(key);
    this.isOfChunk = isOfChunk(key);
    this.isShared = this.isOfChunk;
  }
}

/** What becomes of an attribute of a given key. */
export interface AttributeKey {
  readonly name: string;
  /** The tag it is written to; `undefined` if it is none. */
  readonly tag: Tag | undefined;
  readonly fact: Fact | undefined;
  readonly effect: AttributeEffect | undefined;
}

export class TagKeys {
  readonly #tags = new Map<string, Tag>();
  readonly #attributes = new Map<string, AttributeKey>();

  #limit = MAX_KEYS;

  /** Whether it is time for new ones, between two spans. */
  get isFull(): boolean {
    return this.#tags.size > this.#limit || this.#attributes.size > this.#limit;
  }

  /** Makes room for the keys of an OTel resource beside those of spans. */
  allowFor(keys: number): void {
    this.#limit = Math.max(this.#limit, MAX_KEYS + keys);
  }

  tag(key: string): Tag {
    const known = this.#tags.get(key);
    if (known !== undefined) return known;
    const onTheWire = cutWithEllipsis(key.toWellFormed(), MAX_TAG_KEY_BYTES);
    const tag = this.#tags.get(onTheWire) ?? new Tag(onTheWire);
    this.#tags.set(onTheWire, tag);
    return tag;
  }

  attribute(key: string): AttributeKey {
    const known = this.#attributes.get(key);
    if (known !== undefined) return known;
    const datadog = datadogKey(key);
    const attribute = {
      name: key,
      tag: datadog === undefined ? undefined : this.tag(datadog),
      fact: factOf(key),
      effect: attributeEffect(key),
    };
    if (key.length <= MAX_KEPT_CHARACTERS) this.#attributes.set(key, attribute);
    return attribute;
  }
}
