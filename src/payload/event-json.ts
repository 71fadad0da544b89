// Owns the JSON of the tag `events`: always valid, also when the events are larger than a tag value
// may be. Source of the form: datadog-agent, MarshalEvents.

import type { TimedEvent } from '../sdk-contract.js';
import { jsonText } from './attribute-text.js';
import { MAX_TAG_VALUE_BYTES } from './limits.js';
import { unixNanos } from './span-header.js';

/** As many of the events as fit, first to last; one that does not fit loses its attributes. */
export function eventsJson(events: readonly TimedEvent[]): string {
  const parts: string[] = [];
  let bytes = 2;
  for (const event of events) {
    const room = MAX_TAG_VALUE_BYTES - bytes - 1;
    const part = [eventJson(event, true), eventJson(event, false)].find(
      (json) => Buffer.byteLength(json) <= room,
    );
    if (part === undefined) continue;
    parts.push(part);
    bytes += Buffer.byteLength(part) + 1;
  }
  return `[${parts.join(',')}]`;
}

/** Written by hand where it must be: nanoseconds since 1970 do not fit a JavaScript number. */
function eventJson(event: TimedEvent, withAttributes: boolean): string {
  const members: string[] = [];
  const time = unixNanos(event.time);
  if (time > 0n) members.push(`"time_unix_nano":${time}`);
  if (event.name !== '') members.push(`"name":${JSON.stringify(event.name)}`);
  const attributes = Object.entries(event.attributes ?? {}).map(encodable);
  const json =
    withAttributes && attributes.length > 0 ? jsonText(Object.fromEntries(attributes)) : undefined;
  if (json !== undefined) members.push(`"attributes":${json}`);
  const dropped = event.droppedAttributesCount ?? 0;
  if (dropped > 0) members.push(`"dropped_attributes_count":${dropped}`);
  return `{${members.join(',')}}`;
}

/** The Agent writes `redacted` for a value that JSON does not have. */
function encodable([key, value]: [string, unknown]): [string, unknown] {
  return [key, [value].flat().some(isNotFinite) ? 'redacted' : value];
}

function isNotFinite(value: unknown): boolean {
  return typeof value === 'number' && !Number.isFinite(value);
}
