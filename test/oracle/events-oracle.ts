// Owns the JSON of the tag `events` as a string that is put together, rule by rule and without haste.
// Source of the form: datadog-agent, MarshalEvents.

import { attributeText } from '../../src/payload/attribute-text.js';
import type { SpanEvent } from '../../src/payload/encodable-span.js';
import { jsonText } from '../../src/payload/json-text.js';
import { MAX_TAG_VALUE_BYTES } from '../../src/payload/limits.js';
import { unixNanos } from '../../src/payload/unix-nanos.js';

const MIN_EVENT_BYTES = 30;

/** As many as fit, first to last; one that does not fit loses what is too long of its attributes. */
export function oracleEvents(events: readonly SpanEvent[]): string {
  const parts: string[] = [];
  for (const event of events) {
    const left = MAX_TAG_VALUE_BYTES - sizeOf(`[${parts.join(',')}]`);
    if (left < MIN_EVENT_BYTES) break;
    const room = parts.length > 0 ? left - 1 : left; // a comma
    const whole = Object.entries(event.attributes ?? {}).toSorted(([a], [b]) => (a < b ? -1 : 1));
    const kept = fitting(event, whole, room);
    const forms = kept.length > 0 || whole.every(isNothing) ? [eventJson(event, kept, whole)] : [];
    parts.push(
      ...[...forms, eventJson(event, [], [])].filter((form) => sizeOf(form) <= room).slice(0, 1),
    );
  }
  return `[${parts.join(',')}]`;
}

function sizeOf(text: string): number {
  return Buffer.byteLength(text);
}

type Entry = [key: string, value: unknown];

/** What has no JSON. */
function isNothing(entry: Entry): boolean {
  return memberJson(entry).length === 0;
}

/** Those with which the event is not larger than `room`, until the fourth that does not fit. */
function fitting(event: SpanEvent, entries: readonly Entry[], room: number): readonly Entry[] {
  const kept: Entry[] = [];
  let misfits = 0;
  for (const entry of entries.filter((one) => !isNothing(one))) {
    if (sizeOf(eventJson(event, [...kept, entry], entries)) <= room) kept.push(entry);
    else if (++misfits === 4) break;
  }
  return kept;
}

function eventJson(event: SpanEvent, kept: readonly Entry[], all: readonly Entry[]): string {
  const members: string[] = [];
  const nanos = unixNanos(event.time);
  if (nanos !== 0n) members.push(`"time_unix_nano":${nanos}`);
  const name = attributeText(event.name);
  if (name) members.push(`"name":${JSON.stringify(name)}`);
  if (all.length > 0) members.push(`"attributes":{${kept.flatMap(memberJson).join(',')}}`);
  const dropped = event.droppedAttributesCount ?? 0;
  if (dropped > 0) members.push(`"dropped_attributes_count":${dropped}`);
  return `{${members.join(',')}}`;
}

function memberJson([key, value]: [string, unknown]): string[] {
  const json = valueJson(value);
  return json === undefined ? [] : [`${JSON.stringify(key)}:${json}`];
}

function valueJson(value: unknown): string | undefined {
  const parts: readonly unknown[] = Array.isArray(value) ? value : [value];
  if (parts.some((part) => typeof part === 'number' && !Number.isFinite(part))) return '"redacted"';
  if (typeof value === 'bigint') return `"${value}"`;
  if (typeof value === 'object' && value !== null) return jsonText(value);
  return JSON.stringify(value);
}
