// Owns entries of `meta` that are the same in many spans, encoded when they are first asked for: together, or each by
// itself for spans that have some of the tags themselves. Knows nothing of what the tags say.

import { encodedEntries } from './encoded-text.js';
import { MAX_TAG_VALUE_BYTES } from './limits.js';
import type { Tag } from './tag-keys.js';

const NOTHING = new Uint8Array();

interface TagBlockEntry {
  readonly tag: Tag;
  /** Key and value. */
  readonly encoded: Uint8Array;
}

export class TagBlock {
  readonly texts: ReadonlyMap<Tag, string>;
  #encoded: Uint8Array | undefined;
  #entries: readonly TagBlockEntry[] | undefined;

  constructor(texts: ReadonlyMap<Tag, string>) {
    for (const tag of texts.keys()) tag.isShared = true;
    this.texts = texts;
  }

  /** All entries, one after another. */
  get encoded(): Uint8Array {
    this.#encoded ??= encodedTags(this.texts);
    return this.#encoded;
  }

  get entries(): readonly TagBlockEntry[] {
    this.#entries ??= [...this.texts].map(([tag, text]) => {
      return { tag, encoded: encodedTags(new Map([[tag, text]])) };
    });
    return this.#entries;
  }
}

/** Entries behind `head`; of a value that is too long, the beginning. */
export function encodedTags(
  texts: ReadonlyMap<Tag, string>,
  head: Uint8Array = NOTHING,
): Uint8Array {
  return encodedEntries(texts, MAX_TAG_VALUE_BYTES, head);
}
