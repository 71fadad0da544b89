// Owns copies of spans that are encoded later than they were handed over, so that later changes to the
// spans do not matter. Shares what never changes: contexts, OTel resources and scopes. Knows nothing of when
// copies are made, nor of what becomes of a value in bytes, except how much of it a tag can hold.

import { isUint8Array } from 'node:util/types';
import type { HrTime, SpanStatus } from '@opentelemetry/api';
import type { SpanEvent, SpanLink, EncodableSpan } from './encodable-span.js';
import { MAX_VALUES } from './json-room.js';
import { firstBytes, hasNotFinite, jsonText } from './json-text.js';
import { MAX_LINKS } from './limits.js';
import { readableEntries } from './readable-entries.js';
import type { TraceChunk } from './trace-chunks.js';

const NONE: readonly never[] = [];

/** Replaces the spans from index `from` on by copies. */
export function keepFrom({ spans }: TraceChunk, from: number): void {
  for (const [index, span] of spans.entries()) {
    if (index >= from) spans[index] = copyOfSpan(span);
  }
}

/** A copy of the span as it is now; the span itself if that fails: encoding will find out why. */
export function copyOfSpan(span: EncodableSpan): EncodableSpan {
  try {
    const context = span.spanContext();
    return {
      name: span.name,
      kind: span.kind,
      startTime: copyOfTime(span.startTime),
      endTime: copyOfTime(span.endTime),
      attributes: copyOfObject(span.attributes),
      resource: span.resource,
      instrumentationScope: span.instrumentationScope,
      instrumentationLibrary: span.instrumentationLibrary,
      spanContext: () => context,
      parentSpanContext: span.parentSpanContext,
      parentSpanId: span.parentSpanId,
      status: copyOfStatus(span.status),
      events: span.events && copyOfEvents(span.events),
      links: span.links && copyOfLinks(span.links),
    };
  } catch {
    return span;
  }
}

function copyOfStatus(status: SpanStatus | undefined): SpanStatus | undefined {
  return status && { ...status };
}

function copyOfEvents(events: readonly SpanEvent[]): readonly SpanEvent[] {
  return events.length === 0 ? NONE : events.map(copyOfEvent);
}

function copyOfEvent(event: SpanEvent): SpanEvent {
  const { name, time, attributes, droppedAttributesCount } = event;
  const copy = copyOfObject(attributes);
  return { name, time: copyOfTime(time), attributes: copy, droppedAttributesCount };
}

/** Takes it apart as encoding does: what is no list, such as a `Date`, throws here, too. */
function copyOfTime([seconds, nanos]: HrTime): HrTime {
  return [seconds, nanos];
}

function copyOfLinks(links: readonly SpanLink[]): readonly SpanLink[] {
  return links.length === 0 ? NONE : links.slice(0, MAX_LINKS).map(copyOfLink);
}

/** A malformed link, without a context, has nothing to copy. */
function copyOfLink(link: SpanLink): SpanLink {
  const context = link?.context;
  return context === undefined ? link : { context, attributes: copyOfObject(link.attributes) };
}

function copyOfObject(object: object | undefined): Record<string, unknown> {
  const copy = ownEntries(object);
  for (const key in copy) {
    const value = copy[key];
    if (typeof value !== 'object' || value === null || !Object.hasOwn(copy, key)) continue;
    copy[key] = copyOfValue(value);
  }
  return copy;
}

/** A getter that throws costs its entry here, as it would in encoding. */
function ownEntries(object: object | undefined): Record<string, unknown> {
  try {
    return { ...object };
  } catch {
    return Object.fromEntries(readableEntries(object));
  }
}

/** A copy of as much of bytes or a plain list as a tag can hold, else of the value's JSON, or of its having none. */
function copyOfValue(value: object): object {
  if (isUint8Array(value)) return Uint8Array.from(firstBytes(value));
  const elements = plainElements(value);
  if (elements !== undefined) return elements;
  const json = jsonText(value);
  const toJSON = (): unknown => (json === undefined ? undefined : JSON.parse(json));
  // Of a list with a number that JSON does not have, events ask no JSON.
  return Object.assign(hasNotFinite(value) ? [NaN] : {}, { toJSON });
}

/**
 * The first elements of a list without objects, the most usual value that is an object; `undefined` of any other.
 * Loops by index: a list may have methods of its own.
 */
function plainElements(value: object): readonly unknown[] | undefined {
  try {
    if (!Array.isArray(value) || 'toJSON' in value) return undefined;
    const elements: unknown[] = [];
    for (let at = 0; at < value.length && at < MAX_VALUES; at++) {
      const element: unknown = value[at];
      if (typeof element === 'object' && element !== null) return undefined;
      elements.push(element);
    }
    return elements;
  } catch {
    return undefined; // a proxy that throws
  }
}
