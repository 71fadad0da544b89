// Owns `meta` and `metrics` of the span being written: each tag at most once, counts filled in at
// the end. Knows nothing of which tags there are.

import type { ChunkTags } from './chunk-tags.js';
import { ChunkTagsWriter } from './chunk-tags-writer.js';
import { constantText } from './encoded-text.js';
import { writeJsonList } from './json-list.js';
import { MAX_TAG_KEY_BYTES, MAX_TAG_VALUE_BYTES } from './limits.js';
import type { MsgpackWriter } from './msgpack-writer.js';
import { META_COUNT_AT } from './span-header.js';
import type { SpanTemplate } from './span-template.js';
import type { TagBlock } from './tag-block.js';
import type { Tag } from './tag-keys.js';

const NO_TAGS: ReadonlySet<Tag> = new Set();
const NO_TEXTS: ReadonlyMap<Tag, string> = new Map();

export class TagWriter {
  readonly #writer: MsgpackWriter;
  readonly #chunkTags = new ChunkTagsWriter();
  readonly #metricsKey = constantText('metrics');
  readonly #metricTags: Tag[] = [];
  readonly #metricValues: number[] = [];
  /** The same of metrics under unknown keys, see `plainMetric`. */
  readonly #plainKeys: string[] = [];
  readonly #plainValues: number[] = [];
  readonly #emptyTags: Tag[] = [];
  #written = NO_TAGS;
  #common = NO_TEXTS;
  #overridesCommon = false;
  #mentionsChunk = false;
  #metaEnd = 0;
  #metricsAt = 0;
  #serial = 0;
  #startByte = 0;
  #metaCount = 0;
  #metricCount = 0;

  constructor(writer: MsgpackWriter) {
    this.#writer = writer;
  }

  /** Starts on a span of which the bytes of the template have been written at `startByte`. */
  start(
    startByte: number,
    { tags, resource, overridesResource, mentionsChunk }: SpanTemplate,
  ): void {
    this.#serial++;
    this.#startByte = startByte;
    this.#written = tags;
    this.#common = resource.common.texts;
    this.#overridesCommon = overridesResource;
    this.#mentionsChunk = mentionsChunk;
    this.#metaCount = tags.size;
    this.#metricCount = 0;
    if (this.#plainKeys.length > 0) this.#plainKeys.length = 0;
    if (this.#emptyTags.length > 0) this.#emptyTags.length = 0;
  }

  /** Whether the span has a tag that is also in the block `common` of its resource. */
  get differsFromCommon(): boolean {
    return this.#overridesCommon;
  }

  /** Whether the span, its scope or its resource sets a chunk tag itself. */
  get mentionsChunk(): boolean {
    return this.#mentionsChunk;
  }

  /** Where the chunk tags begin in the last span. */
  get metaEnd(): number {
    return this.#metaEnd;
  }

  /** Where `metrics` begins in the last span. */
  get metricsAt(): number {
    return this.#metricsAt;
  }

  /** Writes a string tag, unless the span has it already: the first that is not empty wins. */
  meta(tag: Tag, value: string): void {
    if (this.#isTaken(tag)) return;
    const text = tag.repair === undefined ? value : tag.repair(value);
    if (text === undefined) return;
    if (value === '') this.#emptyTags.push(tag);
    else this.#write(tag, text);
  }

  /** Writes the key of a string tag, for the caller to write the value; false if the span has the tag. */
  openMeta(tag: Tag): boolean {
    if (this.#isTaken(tag)) return false;
    tag.metaOf = this.#serial;
    this.#metaCount++;
    this.#writer.constant(tag.key);
    return true;
  }

  /**
   * Writes a list of primitives as a string tag; false for any other value. Most lists are such: with a string
   * in between, as for other objects, `npm run bench -- shapes` shows two fifths more for `lists`.
   */
  metaList(tag: Tag, list: unknown): boolean {
    if (tag.repair !== undefined) return false;
    const { position } = this.#writer;
    try {
      if (!Array.isArray(list) || 'toJSON' in list) return false;
      if (this.#isTaken(tag)) return true;
      if (this.#list(tag, list)) {
        tag.metaOf = this.#serial;
        this.#metaCount++;
        return true;
      }
    } catch {
      // A proxy that throws.
    }
    this.#writer.rewind(position);
    return false;
  }

  #list(tag: Tag, list: readonly unknown[]): boolean {
    const writer = this.#writer;
    writer.constant(tag.key);
    const opened = writer.openText();
    const isWritten = writeJsonList(writer, list, opened + MAX_TAG_VALUE_BYTES);
    writer.closeText(opened);
    return isWritten;
  }

  /** Writes a string tag under an unknown key, which no other tag of the span can have. */
  plainMeta(key: string, value: string): void {
    this.#metaCount++;
    this.#writer.text(key, MAX_TAG_KEY_BYTES);
    this.#writer.text(value, MAX_TAG_VALUE_BYTES);
  }

  /** Reserves a tag that the span carries for its chunk: nothing else may be written to it. */
  keepForChunk(tag: Tag): void {
    tag.metaOf = this.#serial;
    if (tag.isShared) this.#overridesCommon ||= this.#common.has(tag);
  }

  /** Whether the tag was given in `meta`, even if its value was empty. */
  mentions(tag: Tag): boolean {
    return tag.metaOf === this.#serial || this.#emptyTags.includes(tag);
  }

  #isTaken(tag: Tag): boolean {
    return tag.metaOf === this.#serial || (tag.isShared && this.#isWritten(tag));
  }

  #isWritten(tag: Tag): boolean {
    this.#mentionsChunk ||= tag.isOfChunk;
    if (this.#written.has(tag)) return true;
    this.#overridesCommon ||= this.#common.has(tag);
    return false;
  }

  #write(tag: Tag, value: string): void {
    tag.metaOf = this.#serial;
    this.#metaCount++;
    this.#writer.entry(tag.key, value, MAX_TAG_VALUE_BYTES);
  }

  /** Writes a block as a whole; the span must have none of its tags. */
  wholeBlock({ encoded, texts }: TagBlock): void {
    this.#writer.bytes(encoded);
    this.#metaCount += texts.size;
  }

  /** Writes those entries of a block that the span does not have yet. No other block follows. */
  block({ entries }: TagBlock): void {
    for (const { tag, encoded } of entries) {
      if (tag.metaOf === this.#serial || this.#written.has(tag)) continue;
      tag.metaOf = this.#serial;
      this.#metaCount++;
      this.#writer.bytes(encoded);
    }
  }

  /** Notes a numeric tag, to be written when `meta` is complete. `value` must be finite. */
  metric(tag: Tag, value: number): void {
    if (tag.metricsOf === this.#serial) return;
    tag.metricsOf = this.#serial;
    this.#metricTags[this.#metricCount] = tag;
    this.#metricValues[this.#metricCount] = value;
    this.#metricCount++;
  }

  /** Notes a numeric tag under an unknown key, see `plainMeta`. */
  plainMetric(key: string, value: number): void {
    this.#plainValues[this.#plainKeys.length] = value;
    this.#plainKeys.push(key);
  }

  /**
   * Ends `meta` with the chunk tags that the span carries, and then writes `metrics`: in this order, because
   * Agents keep the later of two tags with the same key.
   */
  finish(chunk: ChunkTags, isFirst: boolean): void {
    const writer = this.#writer;
    for (const tag of this.#emptyTags) {
      if (tag.metaOf !== this.#serial) this.#write(tag, '');
    }
    this.#metaEnd = writer.position;
    this.#metaCount += this.#chunkTags.write(writer, this.#startByte, chunk, isFirst);
    writer.fillCount(this.#startByte + META_COUNT_AT, this.#metaCount);
    this.#metrics();
  }

  #metrics(): void {
    const writer = this.#writer;
    this.#metricsAt = writer.position;
    writer.constant(this.#metricsKey);
    writer.fillCount(writer.openMap(), this.#metricCount + this.#plainKeys.length);
    for (let at = 0; at < this.#metricCount; at++) {
      const tag = this.#metricTags[at];
      const value = this.#metricValues[at];
      if (tag === undefined || value === undefined) continue;
      writer.numberEntry(tag.key, value);
    }
    for (let at = 0; at < this.#plainKeys.length; at++) {
      writer.text(this.#plainKeys[at] ?? '', MAX_TAG_KEY_BYTES);
      writer.number(this.#plainValues[at] ?? 0);
    }
  }
}
