// Owns copies of spans that are encoded later than they were handed over, so that what happens to them
// meanwhile does not matter. Shares what never changes: contexts, OTel resources and scopes.

import type { ChunkEvent, ChunkLink, ChunkSpan, EncodableSpan } from './trace-chunks.js';

const NONE: readonly never[] = [];

/** The span as it is now; itself, if it cannot be copied: encoding will find out why. */
export function copyOfSpan(item: ChunkSpan): ChunkSpan {
  try {
    const { status, events, links } = item;
    return {
      span: copyOfFields(item.span),
      traceIdHex: item.traceIdHex,
      traceIdLow64: item.traceIdLow64,
      spanId: item.spanId,
      parentId: item.parentId,
      traceState: item.traceState,
      status: { ...status },
      events: events.length === 0 ? NONE : events.map(copyOfEvent),
      links: links.length === 0 ? NONE : links.map(copyOfLink),
    };
  } catch {
    return item;
  }
}

function copyOfFields(span: EncodableSpan): EncodableSpan {
  const { startTime, endTime } = span;
  return {
    name: span.name,
    kind: span.kind,
    startTime: [startTime[0], startTime[1]],
    endTime: [endTime[0], endTime[1]],
    attributes: copyOfObject(span.attributes),
    resource: span.resource,
    instrumentationScope: span.instrumentationScope,
    instrumentationLibrary: span.instrumentationLibrary,
  };
}

function copyOfEvent(event: ChunkEvent): ChunkEvent {
  return {
    name: event.name,
    time: [event.time[0], event.time[1]],
    attributes: copyOfObject(event.attributes),
    droppedAttributesCount: event.droppedAttributesCount,
  };
}

function copyOfLink({ context, attributes }: ChunkLink): ChunkLink {
  return { context, attributes: copyOfObject(attributes) };
}

function copyOfObject(object: object | undefined): Record<string, unknown> {
  const copy: Record<string, unknown> = { ...object };
  for (const key in copy) {
    const value = copy[key];
    if (typeof value === 'object' && value !== null) copy[key] = copyOfValue(value);
  }
  return copy;
}

/** Plain data is copied; what has a class of its own says itself what its text is. */
function copyOfValue(value: object): object {
  if (value instanceof Uint8Array) return Uint8Array.from(value);
  if (Array.isArray(value)) return value.map(copyOfElement);
  return Object.getPrototypeOf(value) === Object.prototype ? copyOfObject(value) : value;
}

function copyOfElement(value: unknown): unknown {
  return typeof value === 'object' && value !== null ? copyOfValue(value) : value;
}
