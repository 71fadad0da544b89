// Owns the JSON of the tag `events` as a string that is put together, rule by rule and without haste.
// Source of the form: datadog-agent, MarshalEvents.

import { attributeText, jsonText } from '../../src/payload/attribute-text.js';
import { MAX_TAG_VALUE_BYTES } from '../../src/payload/limits.js';
import type { SpanEvent } from '../../src/payload/trace-chunks.js';
import { unixNanos } from '../../src/payload/unix-nanos.js';

const MIN_EVENT_BYTES = 30;

/** As many as fit, first to last; one that does not fit loses its attributes. */
export function oracleEvents(events: readonly SpanEvent[]): string {
  const parts: string[] = [];
  for (const event of events) {
    const room = MAX_TAG_VALUE_BYTES - 2 - parts.reduce((sum, part) => sum + sizeOf(part) + 1, 0);
    if (room < MIN_EVENT_BYTES) break;
    const forms = [eventJson(event, event.attributes), eventJson(event, undefined)];
    parts.push(...forms.filter((form) => sizeOf(form) < room).slice(0, 1));
  }
  return `[${parts.join(',')}]`;
}

function sizeOf(text: string): number {
  return Buffer.byteLength(text);
}

function eventJson(event: SpanEvent, attributes: object | undefined): string {
  const members: string[] = [];
  const nanos = unixNanos(event.time);
  if (nanos !== 0n) members.push(`"time_unix_nano":${nanos}`);
  const name = attributeText(event.name);
  if (name) members.push(`"name":${JSON.stringify(name)}`);
  const entries = Object.entries(attributes ?? {}).toSorted(([a], [b]) => (a < b ? -1 : 1));
  if (entries.length > 0) members.push(`"attributes":{${entries.flatMap(memberJson).join(',')}}`);
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
