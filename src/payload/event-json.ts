// Owns the JSON of the tag `events`: always valid, also when the events are larger than a tag value
// may be. Source of the form: datadog-agent, MarshalEvents.

import { attributeText, jsonText } from './attribute-text.js';
import { MAX_TAG_VALUE_BYTES } from './limits.js';
import { readableEntries } from './readable-entries.js';
import { unixNanos } from './span-header.js';
import type { ChunkEvent } from './trace-chunks.js';

/** An event takes at least this much. */
const MIN_EVENT_BYTES = 30;

/** As many of the events as fit, first to last; one that does not fit loses its attributes. */
export function eventsJson(events: readonly ChunkEvent[]): string {
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

function fitting(event: ChunkEvent, room: number): string | undefined {
  const whole = eventJson(event, readableEntries(event.attributes));
  if (Buffer.byteLength(whole) <= room) return whole;
  const bare = eventJson(event, []);
  return Buffer.byteLength(bare) <= room ? bare : undefined;
}

/** Written by hand where it must be: nanoseconds since 1970 do not fit a JavaScript number. */
function eventJson(event: ChunkEvent, attributes: readonly [string, unknown][]): string {
  const members: string[] = [];
  const time = unixNanos(event.time);
  if (time > 0n) members.push(`"time_unix_nano":${time}`);
  const name = attributeText(event.name);
  if (name) members.push(`"name":${JSON.stringify(name)}`);
  const json =
    attributes.length > 0 ? jsonText(Object.fromEntries(attributes.map(encodable))) : undefined;
  if (json !== undefined) members.push(`"attributes":${json}`);
  const dropped = event.droppedAttributesCount ?? 0;
  if (Number.isSafeInteger(dropped) && dropped > 0) {
    members.push(`"dropped_attributes_count":${dropped}`);
  }
  return `{${members.join(',')}}`;
}

/** The Agent writes `redacted` for a value that JSON does not have. */
function encodable([key, value]: [string, unknown]): [string, unknown] {
  return [key, [value].flat().some(isNotFinite) ? 'redacted' : value];
}

function isNotFinite(value: unknown): boolean {
  return typeof value === 'number' && !Number.isFinite(value);
}
