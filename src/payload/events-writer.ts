// Owns the value of the tag `events`, JSON that is written directly into the span: always valid, even if the
// events are larger than a tag value may be. Source of the form: datadog-agent, MarshalEvents.

import { attributeText } from './attribute-text.js';
import { BoundedMemo } from './bounded-memo.js';
import type { SpanEvent } from './encodable-span.js';
import { constantOf } from './encoded-text.js';
import { COMMA, LIST } from './json-buffer.js';
import { hasNotFinite, jsonText } from './json-text.js';
import { MAX_MISFITS, MAX_TAG_VALUE_BYTES } from './limits.js';
import type { Constant, MsgpackWriter } from './msgpack-writer.js';
import { readableKeys, readableValue } from './readable-entries.js';
import { mayBeRepeated, RepeatedJson } from './repeated-json.js';
import { isUsualTime, unixNanos } from './unix-nanos.js';

/** For fewer bytes no event is tried: one with a time takes more. */
const MIN_EVENT_BYTES = 30;
const MAX_KEYS_BY_HAND = 16;
const NANOS_DIGITS = 9;
const COLON = 0x3a;
const REDACTED = '"redacted"';
const OBJECT = { open: 0x7b, close: 0x7d };

const TIME = jsonConstant('"time_unix_nano":');
const ATTRIBUTES = jsonConstant('"attributes":{');
const DROPPED = jsonConstant('"dropped_attributes_count":');
const NAME = jsonConstant('"name":');
const NAMES = new BoundedMemo((name) => jsonConstant(`"name":${JSON.stringify(name)}`));
const KEYS = new BoundedMemo((key) => jsonConstant(`${JSON.stringify(key)}:`));

export class EventsWriter {
  readonly #writer: MsgpackWriter;
  readonly #repeated = new RepeatedJson();
  /** The Unix second of the last event, and its text. */
  #seconds = 0;
  #secondsText = '0';
  /** Where the events must end: before the end of their list. */
  #end = 0;

  constructor(writer: MsgpackWriter) {
    this.#writer = writer;
  }

  /** Writes as many events as fit, in order; one that does not fit loses the attributes that are too long. */
  write(events: readonly SpanEvent[]): void {
    const writer = this.#writer;
    const opened = writer.openText();
    this.#end = opened + MAX_TAG_VALUE_BYTES - 1;
    writer.byte(LIST.open);
    let written = 0;
    for (const event of events) {
      const start = writer.position;
      if (this.#end - start < MIN_EVENT_BYTES) break;
      if (written > 0) writer.byte(COMMA);
      if (this.#fitting(event)) written++;
      else writer.rewind(start);
    }
    writer.byte(LIST.close);
    writer.closeText(opened);
  }

  #fitting(event: SpanEvent): boolean {
    const start = this.#writer.position;
    if (this.#event(event, event.attributes)) return true;
    this.#writer.rewind(start);
    return this.#event(event, undefined);
  }

  /** Returns whether the event fits; if not, a part of it may have been written. */
  #event(event: SpanEvent, attributes: object | undefined): boolean {
    const writer = this.#writer;
    const start = writer.position;
    writer.byte(OBJECT.open);
    this.#time(event.time);
    const name = attributeText(event.name);
    if (name) {
      if (name.length > this.#end - start) return false;
      this.#commaAfter(start);
      this.#name(name);
    }
    const dropped = countText(event.droppedAttributesCount ?? 0);
    const droppedBytes = dropped === '' ? 0 : DROPPED.bytes.length + dropped.length + 1;
    const keys = readableKeys(attributes);
    if (attributes !== undefined && keys.length > 0) {
      this.#commaAfter(start);
      // What follows is the end of the attributes, the dropped count and the end of the event.
      const end = this.#end - droppedBytes - 2;
      if (!this.#attributes(attributes, sorted(keys), end)) return false;
    }
    if (dropped !== '') this.#dropped(dropped, start);
    writer.byte(OBJECT.close);
    return writer.position <= this.#end;
  }

  /** Writes nanoseconds since 1970, which do not fit a JavaScript number. */
  #time(time: SpanEvent['time']): void {
    const writer = this.#writer;
    if (!isUsualTime(time)) return this.#unusualTime(unixNanos(time));
    const seconds = Math.trunc(time[0]);
    if (seconds !== this.#seconds) {
      this.#seconds = seconds;
      this.#secondsText = String(seconds);
    }
    writer.constant(TIME);
    writer.shortJson(this.#secondsText);
    writer.digits(time[1], NANOS_DIGITS);
  }

  #unusualTime(nanos: bigint): void {
    if (nanos === 0n) return;
    this.#writer.constant(TIME);
    this.#writer.shortJson(String(nanos));
  }

  #dropped(count: string, start: number): void {
    this.#commaAfter(start);
    this.#writer.constant(DROPPED);
    this.#writer.shortJson(count);
  }

  /** Writes those that have JSON and fit before `end`, sorted like the Agent's; `false` if all were too long. */
  #attributes(attributes: object, keys: readonly string[], end: number): boolean {
    const writer = this.#writer;
    writer.constant(ATTRIBUTES);
    const start = writer.position;
    let misfits = 0;
    for (const key of keys) {
      const before = writer.position;
      if (before > start) writer.byte(COMMA);
      this.#key(key);
      const value = readableValue(attributes, key);
      // Each unit of a text takes a byte at least: 128 events of 100 kB of control characters took 200 ms to escape.
      const isTooLong = typeof value === 'string' && value.length > end - writer.position;
      const hasJson = isTooLong || this.#value(value);
      if (hasJson && !isTooLong && writer.position <= end) continue;
      writer.rewind(before);
      if (hasJson && ++misfits === MAX_MISFITS) break;
    }
    const isEmpty = writer.position === start;
    writer.byte(OBJECT.close);
    return !isEmpty || misfits === 0;
  }

  /**
   * Writes a value; false if it has no JSON. Texts and numbers, of which most events consist, do without the
   * rules for objects. Of a value that is too long, enough is written to see that.
   */
  #value(value: unknown): boolean {
    const writer = this.#writer;
    if (typeof value === 'string') this.#text(value);
    else if (typeof value === 'number') {
      writer.shortJson(Number.isFinite(value) ? String(value) : REDACTED);
    } else {
      const json = valueJson(value);
      if (json === undefined) return false;
      writer.json(beginningOf(json));
    }
    return true;
  }

  /** Names are often made up, as those of log lines: most of these never come again. */
  #name(name: string): void {
    const known = NAMES.find(name);
    if (known !== undefined) return this.#writer.constant(known);
    this.#writer.constant(NAME);
    this.#writer.jsonString(name);
  }

  #key(key: string): void {
    const known = KEYS.find(key);
    if (known !== undefined) return this.#writer.constant(known);
    this.#writer.jsonString(key);
    this.#writer.byte(COLON);
  }

  #text(text: string): void {
    const known = mayBeRepeated(text) ? this.#repeated.of(text) : undefined;
    if (known === undefined) this.#writer.jsonString(text);
    else this.#writer.bytes(known);
  }

  #commaAfter(start: number): void {
    if (this.#writer.position > start + 1) this.#writer.byte(COMMA);
  }
}

function jsonConstant(json: string): Constant {
  return constantOf(Buffer.from(json));
}

/** The count as text; empty for none. */
function countText(count: number): string {
  return Number.isSafeInteger(count) && count > 0 ? String(count) : '';
}

function beginningOf(text: string): string {
  return text.length > MAX_TAG_VALUE_BYTES ? text.slice(0, MAX_TAG_VALUE_BYTES) : text;
}

/** Sorts few keys, as most events have, by hand: `toSorted` makes two copies of them. */
function sorted(keys: string[]): readonly string[] {
  if (keys.length > MAX_KEYS_BY_HAND) return keys.toSorted();
  for (let end = 1; end < keys.length; end++) {
    const key = keys[end] ?? '';
    let at = end;
    for (; at > 0 && (keys[at - 1] ?? '') > key; at--) keys[at] = keys[at - 1] ?? '';
    keys[at] = key;
  }
  return keys;
}

function valueJson(value: unknown): string | undefined {
  if (typeof value === 'boolean') return String(value);
  if (typeof value === 'bigint') return JSON.stringify(String(value));
  if (typeof value !== 'object') return undefined;
  return value === null ? 'null' : objectJson(value);
}

/** Like the Agent, writes `redacted` for a value that JSON does not have. What does not fit is left out as a whole. */
function objectJson(value: object): string | undefined {
  return hasNotFinite(value) ? REDACTED : jsonText(value, 0);
}
