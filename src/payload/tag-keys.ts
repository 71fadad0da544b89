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
import { constantText, passingText } from './encoded-text.js';
import { MAX_TAG_KEY_BYTES } from './limits.js';
import type { Constant } from './msgpack-writer.js';
import { cutWithEllipsis } from './normalize.js';

/** Keys of attributes that are remembered; a service has a few hundred. */
const MAX_KEYS = 4_096;
/** After so many that found no room, all keys are learnt anew: those that are in use now find some. */
const MAX_PASSING = 1_000_000;
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

  constructor(key: string, encoded: Constant) {
    this.key = encoded;
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
  /** Whether it is the same for each span that has the attribute. */
  readonly isKept: boolean;
}

export class TagKeys {
  readonly #tags = new Map<string, Tag>();
  readonly #attributes = new Map<string, AttributeKey>();
  /** Tags of the present span that found no room, by their key on the wire. */
  readonly #passing = new Map<string, Tag>();
  #passed = 0;
  #limit = MAX_KEYS;

  /** Whether it is time for new ones, between two spans. */
  get isFull(): boolean {
    return this.#tags.size > this.#limit * 2 || this.#passed > MAX_PASSING;
  }

  /** Makes room for the keys of an OTel resource beside those of spans. */
  allowFor(keys: number): void {
    this.#limit = Math.max(this.#limit, MAX_KEYS + keys);
  }

  /** Forgets what only the span before had. */
  nextSpan(): void {
    if (this.#passing.size > 0) this.#passing.clear();
  }

  /** A tag that others than single spans have. */
  tag(key: string): Tag {
    return this.#tags.get(key) ?? this.#tagOnTheWire(wireKey(key), true);
  }

  /** Of a span. */
  attribute(key: string): AttributeKey {
    const hasRoom = key.length <= MAX_KEPT_CHARACTERS && this.#attributes.size < this.#limit;
    return this.#attributes.get(key) ?? this.#newAttribute(key, hasRoom);
  }

  /** Of an OTel resource, so that many spans will have it. */
  lastingAttribute(key: string): AttributeKey {
    return this.#attributes.get(key) ?? this.#newAttribute(key, true);
  }

  #newAttribute(key: string, isKept: boolean): AttributeKey {
    const datadog = datadogKey(key);
    const tag = datadog === undefined ? undefined : this.#tagOnTheWire(wireKey(datadog), isKept);
    const effect = attributeEffect(key, datadog);
    const attribute = { name: key, tag, fact: factOf(key), effect, isKept };
    if (isKept) this.#attributes.set(key, attribute);
    return attribute;
  }

  #tagOnTheWire(key: string, isKept: boolean): Tag {
    const known = this.#tags.get(key);
    if (known !== undefined) return known;
    const passing = this.#passing.get(key);
    if (passing !== undefined && !isKept) return passing;
    const tag = passing ?? new Tag(key, isKept ? constantText(key) : passingText(key));
    if (isKept) this.#tags.set(key, tag);
    else {
      this.#passing.set(key, tag);
      this.#passed++;
    }
    return tag;
  }
}

/** The key as it is written, of a length that the Agent takes. */
export function wireKey(key: string): string {
  return cutWithEllipsis(key.toWellFormed(), MAX_TAG_KEY_BYTES);
}
