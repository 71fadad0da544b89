// Owns `meta` and `metrics` of the span being written: each tag at most once, counts filled in at
// the end. Knows nothing of which tags there are.

import { encodedText } from './encoded-text.js';
import { MAX_TAG_VALUE_BYTES } from './limits.js';
import type { MsgpackWriter } from './msgpack-writer.js';
import type { Tag } from './tag-keys.js';

/** Entries of `meta` that are the same in many spans, encoded one after another. */
export interface TagBlock {
  readonly entries: readonly TagBlockEntry[];
  readonly encoded: Uint8Array;
}

export interface TagBlockEntry {
  readonly tag: Tag;
  /** Key and value. */
  readonly encoded: Uint8Array;
}

export class TagWriter {
  readonly #writer: MsgpackWriter;
  readonly #metricsKey = encodedText('metrics');
  readonly #metricTags: Tag[] = [];
  readonly #metricValues: number[] = [];
  readonly #emptyTags: Tag[] = [];
  #serial = 0;
  #metaOpened = 0;
  #metaCount = 0;
  #metricCount = 0;

  constructor(writer: MsgpackWriter) {
    this.#writer = writer;
  }

  /** Begins the `meta` map of another span; its key has been written. */
  start(): void {
    this.#serial++;
    this.#metaCount = 0;
    this.#metricCount = 0;
    this.#emptyTags.length = 0;
    this.#metaOpened = this.#writer.openMap();
  }

  /** Writes a string tag, unless the span has it already: the first that is not empty wins. */
  meta(tag: Tag, value: string): void {
    if (tag.metaOf === this.#serial) return;
    const text = tag.repair === undefined ? value : tag.repair(value);
    if (text === undefined) return;
    if (value === '') this.#emptyTags.push(tag);
    else this.#write(tag, text);
  }

  /** Whether the tag was given in `meta`, be it empty. */
  mentions(tag: Tag): boolean {
    return tag.metaOf === this.#serial || this.#emptyTags.includes(tag);
  }

  #write(tag: Tag, value: string): void {
    tag.metaOf = this.#serial;
    this.#metaCount++;
    this.#writer.bytes(tag.encoded);
    this.#writer.text(value, MAX_TAG_VALUE_BYTES);
  }

  /** Writes those entries of a block that the span does not have yet. The block is the last. */
  block(block: TagBlock): void {
    if (this.#isDisjoint(block)) {
      this.#writer.bytes(block.encoded);
      this.#metaCount += block.entries.length;
      return;
    }
    for (const { tag, encoded } of block.entries) {
      if (tag.metaOf === this.#serial) continue;
      tag.metaOf = this.#serial;
      this.#metaCount++;
      this.#writer.bytes(encoded);
    }
  }

  #isDisjoint({ entries }: TagBlock): boolean {
    if (this.#emptyTags.length > 0) return false;
    return entries.every(({ tag }) => tag.metaOf !== this.#serial);
  }

  /** Notes a numeric tag, written when `meta` is complete. `value` is finite. */
  metric(tag: Tag, value: number): void {
    if (tag.metricsOf === this.#serial) return;
    tag.metricsOf = this.#serial;
    this.#metricTags[this.#metricCount] = tag;
    this.#metricValues[this.#metricCount] = value;
    this.#metricCount++;
  }

  /** Ends `meta` and writes `metrics`: in this order, because Agents keep the later of one key. */
  finish(): void {
    for (const tag of this.#emptyTags) {
      if (tag.metaOf !== this.#serial) this.#write(tag, '');
    }
    this.#writer.fillCount(this.#metaOpened, this.#metaCount);
    this.#writer.bytes(this.#metricsKey);
    this.#writer.fillCount(this.#writer.openMap(), this.#metricCount);
    for (let at = 0; at < this.#metricCount; at++) {
      const tag = this.#metricTags[at];
      const value = this.#metricValues[at];
      if (tag === undefined || value === undefined) continue;
      this.#writer.bytes(tag.encoded);
      this.#writer.number(value);
    }
  }
}
