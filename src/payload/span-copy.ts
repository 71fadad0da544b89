// Owns copies of spans that are encoded later than they were handed over, so that what happens to them
// meanwhile does not matter. Shares what never changes: contexts, OTel resources and scopes.

import { isUint8Array } from 'node:util/types';
import type { SpanStatus } from '@opentelemetry/api';
import type { SpanEvent, SpanLink, EncodableSpan, TraceChunk } from './trace-chunks.js';

const NONE: readonly never[] = [];

/** Puts copies in the places of the spans from this index on. */
export function keepFrom({ spans }: TraceChunk, from: number): void {
  for (const [index, span] of spans.entries()) {
    if (index >= from) spans[index] = copyOfSpan(span);
  }
}

/** The span as it is now; itself, if it cannot be copied: encoding will find out why. */
export function copyOfSpan(span: EncodableSpan): EncodableSpan {
  try {
    const context = span.spanContext();
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
  if (events.length === 0) return NONE;
  return events.map(({ name, time, attributes, droppedAttributesCount }) => {
    return {
      name,
      time: [time[0], time[1]],
      attributes: copyOfObject(attributes),
      droppedAttributesCount,
    };
  });
}

function copyOfLinks(links: readonly SpanLink[]): readonly SpanLink[] {
  if (links.length === 0) return NONE;
  return links.map(({ context, attributes }) => ({
    context,
    attributes: copyOfObject(attributes),
  }));
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
  if (isUint8Array(value)) return Uint8Array.from(value);
  if (Array.isArray(value)) return value.map(copyOfElement);
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null ? copyOfObject(value) : value;
}

function copyOfElement(value: unknown): unknown {
  return typeof value === 'object' && value !== null ? copyOfValue(value) : value;
}
