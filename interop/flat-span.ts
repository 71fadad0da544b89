// Owns the form in which spans are compared: one text for each field, tag, link and event, in which
// two ways of writing the same thing are the same.

import type { ReceivedSpan } from '../src/dev-agent/index.js';
import type { AgentLink, AgentSpan, Chunk, TracerPayload } from './received.js';

/** Values by field, such as `name` or `meta.env`. */
export type FlatSpan = ReadonlyMap<string, string>;

/** What the Agent notes about its traffic of the moment. */
const OF_THE_MOMENT = '_sampling_priority_rate_v1';

/** All spans by trace and span id. */
export function flatSpans(payloads: readonly TracerPayload[]): ReadonlyMap<string, FlatSpan> {
  const spans = payloads.flatMap((payload) =>
    payload.chunks.flatMap((chunk) =>
      chunk.spans.map((span) => ({ id: idOf(span), flat: flatSpan(span, chunk, payload) })),
    ),
  );
  const byId = new Map<string, FlatSpan>();
  for (const { id, flat } of spans) {
    if (byId.has(id)) throw new Error(`the Agent sent span ${id} twice`);
    byId.set(id, flat);
  }
  return byId;
}

function idOf({ traceId, spanId }: AgentSpan): string {
  return `${traceId}/${spanId}`;
}

function flatSpan(span: AgentSpan, chunk: Chunk, payload: TracerPayload): FlatSpan {
  return new Map<string, string>([
    ...plainFields(span),
    ...Object.entries(span.meta).flatMap(([key, value]) => flatTag(key, value)),
    ...Object.entries(span.metrics)
      .filter(([key]) => key !== OF_THE_MOMENT)
      .map(([key, value]) => at(`metrics.${key}`, String(value))),
    ...Object.entries(span.metaStruct).map(([key, value]) => at(`metaStruct.${key}`, value)),
    ...(span.links.length > 0 ? [at('links', JSON.stringify(span.links.map(nativeLink)))] : []),
    ...(span.events.length > 0 ? [at('events', JSON.stringify(span.events))] : []),
    at('chunk.priority', String(chunk.priority)),
    at('chunk.origin', chunk.origin),
    at('chunk.droppedTrace', String(chunk.droppedTrace)),
    ...Object.entries(chunk.tags ?? {}).map(([key, value]) => at(`chunk.tags.${key}`, value)),
    at('payload.env', payload.env),
    at('payload.hostname', payload.hostname),
    at('payload.appVersion', payload.appVersion),
    ...Object.entries(payload.tags ?? {}).map(([key, value]) => at(`payload.tags.${key}`, value)),
  ]);
}

function plainFields(span: AgentSpan): readonly (readonly [string, string])[] {
  const { service, name, resource, type, traceId, spanId, parentId, start, duration } = span;
  const texts = { service, name, resource, type, traceId, spanId, parentId, start, duration };
  return [...Object.entries(texts), ['error', String(span.error)]];
}

function at(key: string, value: string): readonly [string, string] {
  return [key, value];
}

/** What we sent, as far as it is in the same form. */
export function flatSent(span: ReceivedSpan): FlatSpan {
  const { service, name, resource, type, meta, metrics, error } = span;
  return new Map<string, string>([
    ...Object.entries({ service, name, resource, type, error: String(error) }),
    ...Object.entries(meta).flatMap(([key, value]) => flatTag(key, value)),
    ...Object.entries(metrics).map(([key, value]) => at(`metrics.${key}`, String(value))),
  ]);
}

/** The OTLP path has links and events as JSON; what they say is compared, not how it is written. */
function flatTag(key: string, value: string): readonly (readonly [string, string])[] {
  if (key === 'events') return [at('meta.events', canonicalJson(value))];
  if (key !== '_dd.span_links') return [at(`meta.${key}`, value)];
  const links = canonicalJson(value);
  return [at('meta._dd.span_links', ''), at('links', links)];
}

/** Keys in order; times as text, as a number of JavaScript would not be exact. */
function canonicalJson(text: string): string {
  const quoted = text.replace(/("time_unix_nano":)(\d+)/gu, '$1"$2"');
  try {
    return JSON.stringify(sorted(JSON.parse(quoted)));
  } catch {
    return `not JSON: ${text}`;
  }
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(entries.map(([key, item]) => [key, sorted(item)]));
}

/** In the words of the JSON of the OTLP path. */
function nativeLink(link: AgentLink): unknown {
  const attributes = link.attributes ?? {};
  return sorted({
    trace_id: hex(link.traceIdHigh) + hex(link.traceId),
    span_id: hex(link.spanId),
    ...(link.tracestate === '' ? {} : { tracestate: link.tracestate }),
    ...(Object.keys(attributes).length === 0 ? {} : { attributes }),
  });
}

function hex(decimal: string): string {
  return BigInt(decimal).toString(16).padStart(16, '0');
}
