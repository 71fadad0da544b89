// Owns a second, plain and slow answer to what a span becomes: objects instead of bytes, every rule
// looked up when it is needed. What the encoder writes is compared with it for generated spans.

import { STATUS_CODES } from 'node:http';
import { type Attributes, SpanStatusCode } from '@opentelemetry/api';
import type { ReadableSpan } from '../../src/index.js';
import { attributeText } from '../../src/payload/attribute-text.js';
import { eventsJson } from '../../src/payload/event-json.js';
import { normalizeName, normalizeService, normalizeTagValue } from '../../src/payload/normalize.js';
import { oracleNames } from './naming-oracle.js';

export interface ExpectedSpan {
  readonly service: string;
  readonly name: string;
  readonly resource: string;
  readonly type: string;
  readonly error: number;
  readonly meta: Readonly<Record<string, string>>;
  readonly metrics: Record<string, number>;
}

const KINDS = ['internal', 'server', 'client', 'producer', 'consumer'];
const RENAMES: Record<string, string> = {
  'client.address': 'http.client_ip',
  'http.response.body.size': 'http.response.content_length',
  'http.request.body.size': 'http.request.content_length',
  'http.response.status_code': 'http.status_code',
  'http.request.method': 'http.method',
  'http.request.header.referrer': 'http.referrer',
  'network.protocol.version': 'http.version',
  'server.address': 'http.server_name',
  'url.full': 'http.url',
  'user_agent.original': 'http.useragent',
};
const CONSUMED = ['service.name', 'operation.name', 'resource.name', 'span.type'];

/** Meta in which an empty value gives way to a later one, and nothing else does. */
class Meta {
  readonly values = new Map<string, string>();

  add(key: string, text: string | undefined): void {
    const repaired = text === undefined ? undefined : repair(key, text);
    if (repaired !== undefined && !this.values.get(key)) this.values.set(key, repaired);
  }
}

export function expectedSpan(span: ReadableSpan, isFirst: boolean): ExpectedSpan {
  const resource = new Map<string, unknown>(Object.entries(span.resource.attributes));
  const metrics: Record<string, number> = {};
  const meta = new Meta();
  addOwn(meta, span);
  if (isFirst) {
    meta.add('_dd.p.tid', span.spanContext().traceId.slice(0, 16));
    meta.add('_dd.p.dm', '-9');
    metrics['_sampling_priority_v1'] = 1;
  }
  for (const [key, value] of Object.entries(span.attributes))
    addAttribute(meta, metrics, key, value);
  addDerived(meta, metrics, span, resource);
  for (const [key, value] of resource) {
    if (['', 'env', 'version', ...CONSUMED].includes(key)) continue;
    meta.add(tagOf(key), attributeText(value));
  }
  const names = oracleNames(span, resource);
  return {
    service: normalizeService(serviceOf(span, resource)),
    name: normalizeName(names.operation),
    resource: cut(names.resource || normalizeName(names.operation), 5_000),
    type: cut(names.type, 100),
    error: span.status.code === SpanStatusCode.ERROR ? 1 : 0,
    meta: Object.fromEntries(meta.values),
    metrics,
  };
}

function addOwn(meta: Meta, span: ReadableSpan): void {
  meta.add('span.kind', KINDS[span.kind]);
  meta.add('otel.trace_id', span.spanContext().traceId);
  meta.add('otel.status_code', ['Unset', 'Ok', 'Error'][span.status.code]);
  if (span.status.message) meta.add('otel.status_description', span.status.message);
  if (span.events.length > 0) meta.add('events', eventsJson(span.events));
  if (span.events.some(({ name }) => name === 'exception')) {
    meta.add('_dd.span_events.has_exception', 'true');
  }
  const scope = span.instrumentationScope ?? { name: '' };
  for (const family of ['otel.scope', 'otel.library']) {
    if (scope.name) meta.add(`${family}.name`, scope.name);
    if (scope.version) meta.add(`${family}.version`, scope.version);
  }
}

function addAttribute(
  meta: Meta,
  metrics: Record<string, number>,
  key: string,
  value: unknown,
): void {
  if (key === '' || CONSUMED.includes(key)) return;
  const tag = tagOf(key);
  const isNumber = typeof value === 'number' && Number.isFinite(value);
  if (isNumber && tag === 'http.status_code') return;
  if (isNumber) metrics[tag] ??= value;
  else meta.add(tag, attributeText(value));
}

function addDerived(
  meta: Meta,
  metrics: Record<string, number>,
  span: ReadableSpan,
  resource: ReadonlyMap<string, unknown>,
): void {
  const status = statusOf(span.attributes, resource);
  if (status !== undefined) metrics['http.status_code'] ??= status;
  if (span.status.code === SpanStatusCode.ERROR) addError(meta, span);
  const versions = [span.attributes['service.version'], resource.get('service.version')];
  const plainVersion = attributeText(resource.get('version'));
  meta.add('version', tagValue(versions.find(isText)) ?? (plainVersion || undefined));
  const env = [
    span.attributes['deployment.environment.name'],
    resource.get('deployment.environment.name'),
    span.attributes['deployment.environment'],
    resource.get('deployment.environment'),
    attributeText(resource.get('env')),
  ].find(isText);
  meta.add('env', tagValue(env));
  if ('db.name' in span.attributes && typeof span.attributes['db.name'] !== 'number') return;
  if (resource.has('db.name')) return;
  const namespaces = [span.attributes['db.namespace'], resource.get('db.namespace')];
  meta.add('db.name', namespaces.find(isText));
}

function addError(meta: Meta, span: ReadableSpan): void {
  const exception = span.events.findLast(({ name }) => name === 'exception')?.attributes ?? {};
  const message = attributeText(exception['exception.message']);
  const status = [span.attributes['http.status_code'], span.attributes['http.response.status_code']]
    .filter(isText)
    .map((code) =>
      /^\d{3}$/.test(code) && STATUS_CODES[code] ? `${code} ${STATUS_CODES[code]}` : code,
    );
  meta.add('error.msg', span.status.message || status[0] || message || undefined);
  meta.add('error.message', message || span.status.message || undefined);
  meta.add('error.type', attributeText(exception['exception.type']) || undefined);
  meta.add('error.stack', attributeText(exception['exception.stacktrace']) || undefined);
}

function statusOf(own: Attributes, resource: ReadonlyMap<string, unknown>): number | undefined {
  for (const key of ['http.status_code', 'http.response.status_code']) {
    for (const value of [own[key], resource.get(key)]) {
      const isWritten = typeof value === 'string' && value.trim() !== '';
      const number = isWritten || typeof value === 'number' ? Number(value) : NaN;
      if (Number.isInteger(number)) return number >= 100 && number < 600 ? number : undefined;
    }
  }
  return undefined;
}

/** Character by character, as long as they fit. */
function cut(text: string, maxBytes: number): string {
  let kept = '';
  for (const character of text) {
    if (Buffer.byteLength(kept + character) > maxBytes) break;
    kept += character;
  }
  return kept;
}

function serviceOf(span: ReadableSpan, resource: ReadonlyMap<string, unknown>): string {
  const names = [span.attributes['service.name'], resource.get('service.name')];
  return names.find(isText) ?? 'otlpresourcenoservicename';
}

function tagOf(key: string): string {
  const header = /^http\.request\.header\.(.*)$/s.exec(key);
  if (Object.hasOwn(RENAMES, key)) return RENAMES[key] ?? key;
  return header === null ? key : `http.request.headers.${header[1]}`;
}

function isText(value: unknown): value is string {
  return typeof value === 'string' && value !== '';
}

function tagValue(value: unknown): string | undefined {
  return isText(value) ? normalizeTagValue(value) : undefined;
}

function repair(key: string, text: string): string | undefined {
  if (key === 'env') return normalizeTagValue(text);
  if (key === 'peer.service') return normalizeService(text).replace(/^unnamed-service$/, '');
  if (key === 'http.status_code') return /^\+?0*[1-5]\d\d$/.test(text) ? text : undefined;
  return text;
}
