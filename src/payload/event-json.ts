// Owns the JSON of the tag `events`: always valid, also when the events are larger than a tag value
// may be. Source of the form: datadog-agent, MarshalEvents.

import { attributeText, jsonText } from './attribute-text.js';
import { BoundedMemo } from './bounded-memo.js';
import { MAX_TAG_VALUE_BYTES } from './limits.js';
import { readableKeys, readableValue } from './readable-entries.js';
import { unixNanosText } from './unix-nanos.js';
import type { SpanEvent } from './trace-chunks.js';

/** An event takes at least this much. */
const MIN_EVENT_BYTES = 30;
const KEYS = new BoundedMemo((key) => JSON.stringify(key));
const NAMES = new BoundedMemo((name) => JSON.stringify(name));
const MAX_KEYS_BY_HAND = 16;
/** In the order of the SDK. */
const EXCEPTION_KEYS = ['exception.type', 'exception.message', 'exception.stacktrace'];
const REDACTED = '"redacted"';

/** As many of the events as fit, first to last; one that does not fit loses its attributes. */
export function eventsJson(events: readonly SpanEvent[]): string {
  return allJson(events) ?? fittingJson(events);
}

/** Of all events, where it is plain that they fit; measuring takes as long as writing. */
function allJson(events: readonly SpanEvent[]): string | undefined {
  let json = '[';
  for (const event of events) {
    if (json.length > 1) json += ',';
    json += eventJson(event, attributesJson(event.attributes));
    if (!mustFit(json, MAX_TAG_VALUE_BYTES - 1)) return undefined;
  }
  return `${json}]`;
}

function fittingJson(events: readonly SpanEvent[]): string {
  const parts: string[] = [];
  let room = MAX_TAG_VALUE_BYTES - 2;
  for (const event of events) {
    if (room < MIN_EVENT_BYTES) break;
    const part = fitting(event, room - 1);
    if (part === undefined) continue;
    parts.push(part);
    room -= Buffer.byteLength(part) + 1;
  }
  return `[${parts.join(',')}]`;
}

function fitting(event: SpanEvent, room: number): string | undefined {
  const whole = eventJson(event, attributesJson(event.attributes));
  if (fits(whole, room)) return whole;
  const bare = eventJson(event, undefined);
  return fits(bare, room) ? bare : undefined;
}

function fits(json: string, room: number): boolean {
  return mustFit(json, room) || Buffer.byteLength(json) <= room;
}

/** A UTF-16 unit takes at most three bytes. */
function mustFit(json: string, room: number): boolean {
  return json.length * 3 <= room;
}

/** Written by hand where it must be: nanoseconds since 1970 do not fit a JavaScript number. */
function eventJson(event: SpanEvent, attributes: string | undefined): string {
  let json = '{';
  const time = unixNanosText(event.time);
  if (time !== '0') json += `"time_unix_nano":${time}`;
  const name = attributeText(event.name);
  if (name) json += `${commaAfter(json)}"name":${NAMES.get(name)}`;
  if (attributes !== undefined) json += `${commaAfter(json)}"attributes":${attributes}`;
  const dropped = event.droppedAttributesCount ?? 0;
  if (Number.isSafeInteger(dropped) && dropped > 0) {
    json += `${commaAfter(json)}"dropped_attributes_count":${dropped}`;
  }
  return `${json}}`;
}

/** Asks for the length alone: taking a part of what was put together would copy all of it. */
function commaAfter(json: string): string {
  return json.length > 1 ? ',' : '';
}

/** Sorted by key, as the Agent does; a value that has no JSON is left out. */
function attributesJson(attributes: object | undefined): string | undefined {
  if (attributes === undefined) return undefined;
  const keys = readableKeys(attributes);
  if (keys.length === 0) return undefined;
  const exception = exceptionJson(attributes, keys);
  if (exception !== undefined) return exception;
  let members = '{';
  for (const key of sorted(keys)) {
    const json = valueJson(readableValue(attributes, key));
    if (json === undefined) continue;
    if (members.length > 1) members += ',';
    members += `${KEYS.get(key)}:${json}`;
  }
  return `${members}}`;
}

/** What `recordException` tells, in one go: its texts are most of what events cost. */
function exceptionJson(attributes: object, keys: readonly string[]): string | undefined {
  if (keys.length !== EXCEPTION_KEYS.length) return undefined;
  for (let at = 0; at < keys.length; at++) if (keys[at] !== EXCEPTION_KEYS[at]) return undefined;
  const type = readableValue(attributes, 'exception.type');
  const message = readableValue(attributes, 'exception.message');
  const stack = readableValue(attributes, 'exception.stacktrace');
  const isText =
    typeof type === 'string' && typeof message === 'string' && typeof stack === 'string';
  if (!isText) return undefined;
  return JSON.stringify({
    'exception.message': message,
    'exception.stacktrace': stack,
    'exception.type': type,
  });
}

/** Few keys, as most events have, by hand: `toSorted` makes two copies of them. */
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

/** Texts and numbers, of which most events consist, go without the rules for objects. */
function valueJson(value: unknown): string | undefined {
  if (typeof value === 'string' || typeof value === 'boolean') return JSON.stringify(value);
  if (typeof value === 'number') return Number.isFinite(value) ? String(value) : REDACTED;
  if (typeof value === 'bigint') return JSON.stringify(String(value));
  if (typeof value !== 'object') return undefined;
  return value === null ? 'null' : objectJson(value);
}

/** The Agent writes `redacted` for a value that JSON does not have. */
function objectJson(value: object): string | undefined {
  try {
    if (Array.isArray(value) && value.some(isNotFinite)) return REDACTED;
  } catch {
    return undefined; // a proxy that does not want to be looked at
  }
  return jsonText(value);
}

function isNotFinite(value: unknown): boolean {
  return typeof value === 'number' && !Number.isFinite(value);
}
