// Owns a second, plain and slow answer to what a span becomes: objects instead of bytes, every rule
// looked up when it is needed. What the encoder writes is compared with it for generated spans.

import { STATUS_CODES } from 'node:http';
import { type Attributes, SpanStatusCode } from '@opentelemetry/api';
import type { ReadableSpan } from '../../src/index.js';
import { attributeText } from '../../src/payload/attribute-text.js';
import { normalizeName, normalizeService, normalizeTagValue } from '../../src/payload/normalize.js';
import type { SpanContent } from '../support/span-content.js';
import { oracleEvents } from './events-oracle.js';
import { oracleNames } from './naming-oracle.js';

export interface ExpectedSpan extends SpanContent {
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

/** Meta in which a value that was given empty gives way to a later one, and nothing else does. */
class Meta {
  readonly values = new Map<string, string>();
  readonly #givenEmpty = new Set<string>();

  add(key: string, text: string | undefined): void {
    const repaired = text === undefined ? undefined : repair(key, text);
    if (repaired === undefined) return;
    if (this.values.has(key) && !this.#givenEmpty.has(key)) return;
    this.values.set(key, repaired);
    if (text !== '') this.#givenEmpty.delete(key);
    else this.#givenEmpty.add(key);
  }

  /** Only what the span does not mention itself. */
  fillIn(key: string, text: string | undefined): void {
    if (!this.values.has(key)) this.add(key, text);
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
  if (span.events.length > 0) meta.add('events', oracleEvents(span.events));
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
  const version = tagValue(versions.find(isText));
  meta.fillIn('version', version ?? textIn(resource, 'version'));
  meta.add('version', textIn(resource, 'version'));
  const env = [
    span.attributes['deployment.environment.name'],
    resource.get('deployment.environment.name'),
    span.attributes['deployment.environment'],
    resource.get('deployment.environment'),
  ].find(isText);
  meta.fillIn('env', tagValue(env) ?? textIn(resource, 'env'));
  meta.add('env', textIn(resource, 'env'));
  const namespaces = [span.attributes['db.namespace'], resource.get('db.namespace')];
  if (!resource.has('db.name')) meta.fillIn('db.name', namespaces.find(isText));
}

function addError(meta: Meta, span: ReadableSpan): void {
  const exception = span.events.findLast(({ name }) => name === 'exception')?.attributes ?? {};
  const message = attributeText(exception['exception.message']);
  const [status] = Object.entries(span.attributes)
    .filter(([key]) => tagOf(key) === 'http.status_code')
    .filter(([, value]) => typeof value !== 'number')
    .map(([, value]) => attributeText(value) ?? '')
    .filter((code) => code !== '')
    .map((code) =>
      /^\d{3}$/.test(code) && STATUS_CODES[code] ? `${code} ${STATUS_CODES[code]}` : code,
    );
  meta.fillIn('error.msg', span.status.message || status || message || undefined);
  meta.fillIn('error.message', message || span.status.message || undefined);
  meta.fillIn('error.type', attributeText(exception['exception.type']) || undefined);
  meta.fillIn('error.stack', attributeText(exception['exception.stacktrace']) || undefined);
}

function textIn(resource: ReadonlyMap<string, unknown>, key: string): string | undefined {
  return resource.has(key) ? attributeText(resource.get(key)) : undefined;
}

function statusOf(own: Attributes, resource: ReadonlyMap<string, unknown>): number | undefined {
  const keys = ['http.status_code', 'http.response.status_code'];
  const asked = keys
    .flatMap((key) => {
      const values = [own[key], resource.get(key)];
      return [...values.filter((value) => typeof value === 'number'), values.find(isText)];
    })
    .map((value) =>
      typeof value === 'string' && !/[^0-9eE.+-]|^$/.test(value) ? Number(value) : value,
    )
    .find((value): value is number => Number.isInteger(value));
  const copied = Object.entries(own)
    .filter(([key]) => keys.includes(key))
    .map(([, value]): unknown => value)
    .find((value): value is number => Number.isFinite(value));
  const code = asked !== undefined && asked >= 0 ? asked : copied;
  return code !== undefined && code >= 100 && code < 600 && code % 1 === 0 ? code : undefined;
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
  return (isText(value) && normalizeTagValue(value)) || undefined;
}

function repair(key: string, text: string): string | undefined {
  if (key === 'env') return normalizeTagValue(text);
  if (key === 'peer.service') return normalizeService(text).replace(/^unnamed-service$/, '');
  if (key === 'http.status_code') return /^0*[1-5]\d\d$/.test(text) ? text : undefined;
  return text;
}
