// Owns the keys of tags: what becomes of an attribute with a given key, the key's encoded bytes, and
// whether the present span has that tag already. Two keys that are the same on the wire, because they
// were cut or repaired, are one tag. Knows nothing of values.

import {
  type AttributeEffect,
  attributeEffect,
  datadogKey,
  hasRuledPrefix,
  isOfChunk,
  repairOf,
  RULED_KEYS,
  type RepairText,
} from './attribute-rules.js';
import { type Fact, FACT_KEYS, factOf } from './concepts.js';
import { constantText, passingText } from './encoded-text.js';
import { MAX_TAG_KEY_BYTES } from './limits.js';
import type { Constant } from './msgpack-writer.js';
import { cutWithEllipsis } from './normalize.js';

/**
 * Attribute keys that are remembered; a service has a few hundred. If 10 000 come at random, a remembered key has
 * left the CPU's caches when it is needed again, and writing the key itself is faster: with 4 096 remembered, a
 * span of `keys-10000` takes 1.4 times as long, by `bench/encode/measure.mjs` with 400 batches to warm up.
 */
const MAX_KEYS = 512;
/** After so many keys that found no room, all are learnt anew, so that those now in use find room. */
const MAX_PASSING = 1_000_000;
/** A longer key of a span is not remembered, so that a few of them cannot hold much memory. */
const MAX_KEPT_CHARACTERS = 1_024;
/** A longer key may have to be cut. */
const MAX_WHOLE_CHARACTERS = Math.floor(MAX_TAG_KEY_BYTES / 3);
/** What a lone surrogate is written as. */
const REPAIRED = '\ufffd';
/** One set, because each key that is not remembered has to be looked up in all of it. */
const KEYS_WITH_RULES: ReadonlySet<string> = new Set([...RULED_KEYS, ...FACT_KEYS]);

/** A key of `meta` or `metrics`. */
export class Tag {
  readonly key: Constant;
  readonly repair: RepairText | undefined;
  /** Whether it is a chunk tag, so that the span's own may clash with the chunk's. */
  readonly isOfChunk: boolean;
  /** Whether it may be a tag that spans have in common, so that the span's own may clash with it. */
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
  /** The tag to which the attribute is written; `undefined` if it becomes none. */
  readonly tag: Tag | undefined;
  readonly fact: Fact | undefined;
  readonly effect: AttributeEffect | undefined;
  /** Whether it is remembered: each span with the attribute gets this same object. */
  readonly isKept: boolean;
}

export class TagKeys {
  readonly #tags = new Map<string, Tag>();
  readonly #attributes = new Map<string, AttributeKey>();
  /** Tags of the present span that found no room, by their key on the wire. */
  readonly #passing = new Map<string, Tag>();
  #passed = 0;
  #limit = MAX_KEYS;

  /** Whether to replace this by a new `TagKeys`, between two spans. */
  get isFull(): boolean {
    // Keys beyond 200 bytes may share a tag: only the attributes count them.
    const kept = Math.max(this.#tags.size, this.#attributes.size);
    return kept > this.#limit * 2 || this.#passed > MAX_PASSING;
  }

  /** Makes room for the keys of an OTel resource beside those of spans. */
  allowFor(keys: number): void {
    this.#limit = Math.max(this.#limit, MAX_KEYS + keys);
  }

  /** Forgets the tags that only the previous span had. */
  nextSpan(): void {
    if (this.#passing.size > 0) this.#passing.clear();
  }

  /**
   * The tag of a key that a peer may have made up, for the present span only: a span with 31 new ones in its
   * tracestate costs 90 µs of CPU, and cost 330 while they were remembered.
   */
  passingTag(key: string): Tag {
    return this.#tagOnTheWire(wireKey(key), false);
  }

  /** The tag of a key that is not an attribute of a single span; it is remembered. */
  tag(key: string): Tag {
    return this.#tags.get(key) ?? this.#newTag(key);
  }

  /**
   * For an attribute key of a span; `undefined` if the key is unknown, so that the attribute becomes a tag of
   * exactly that name, which no other tag of the span can have.
   */
  attribute(key: string): AttributeKey | undefined {
    const known = this.#attributes.get(key);
    if (known !== undefined) return known;
    const hasRoom =
      KEYS_WITH_RULES.has(key) ||
      (key.length <= MAX_KEPT_CHARACTERS && this.#attributes.size < this.#limit);
    if (hasRoom || !isPlain(key)) return this.#newAttribute(key, hasRoom);
    this.#passed++;
    return undefined;
  }

  /** For a key of an OTel resource; it is remembered, because many spans will have it. */
  lastingAttribute(key: string): AttributeKey {
    return this.#attributes.get(key) ?? this.#newAttribute(key, true);
  }

  /** Remembers the attribute of that name as well, so that it is known to belong to the tag. */
  #newTag(key: string): Tag {
    const tag = this.#tagOnTheWire(wireKey(key), true);
    this.lastingAttribute(key);
    return tag;
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

/** Whether a key without rules is written as it is, and no other key is written like it. */
function isPlain(key: string): boolean {
  const isWhole = key.length <= MAX_WHOLE_CHARACTERS && key.isWellFormed();
  return isWhole && !key.includes(REPAIRED) && !hasRuledPrefix(key);
}

/** The key as it is written, of a length that the Agent takes. */
export function wireKey(key: string): string {
  return cutWithEllipsis(key.toWellFormed(), MAX_TAG_KEY_BYTES);
}
