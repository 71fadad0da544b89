// Owns the attributes that do not simply become a tag: some get another key, some are consumed by the
// span's names, some mean something to the Agent, and some have values that it would repair. Pure functions.
// Source: datadog-agent, pkg/opentelemetry-mapping-go/otlp/attributes and pkg/trace/agent/normalizer.go.

import {
  DECISION_MAKER,
  ORIGIN,
  PROPAGATED_PREFIX,
  SAMPLING_PRIORITY,
  TRACE_ID_HIGH,
} from './chunk-tag-names.js';
import { normalizeService, normalizeTagValue, UNNAMED_SERVICE } from './normalize.js';

const RENAMED: ReadonlyMap<string, string> = new Map([
  ['client.address', 'http.client_ip'],
  ['http.response.body.size', 'http.response.content_length'],
  ['http.request.body.size', 'http.request.content_length'],
  ['http.response.status_code', 'http.status_code'],
  ['http.request.method', 'http.method'],
  ['http.request.header.referrer', 'http.referrer'],
  ['network.protocol.version', 'http.version'],
  ['server.address', 'http.server_name'],
  ['url.full', 'http.url'],
  ['user_agent.original', 'http.useragent'],
]);
const REQUEST_HEADER = 'http.request.header.';
/** Prefix of the keys of header attributes, and of the tags made of them. */
const HEADER_PREFIX = 'http.request.header';
/** Keys that the span's names and service consume; never a tag. */
const CONSUMED: ReadonlySet<string> = new Set([
  'service.name',
  'operation.name',
  'resource.name',
  'span.type',
]);
/** Set for a whole trace by the exporter; a second `_dd.p.tid` makes the Agent drop the chunk. */
const RESERVED: ReadonlySet<string> = new Set([TRACE_ID_HIGH, DECISION_MAKER]);

const ANALYTICS_EVENT = 'analytics.event';

/** Whether a tag of that name is a chunk tag, which spans carry for their chunk. */
export function isOfChunk(key: string): boolean {
  return key.startsWith(PROPAGATED_PREFIX) || key === ORIGIN;
}

/** Whether no attribute can set a tag of that name. */
export function isReserved(key: string): boolean {
  return key === '' || RESERVED.has(key);
}

/** The Datadog key of an attribute; `undefined` if it becomes no tag. */
export function datadogKey(key: string): string | undefined {
  if (isReserved(key) || CONSUMED.has(key)) return undefined;
  const renamed = RENAMED.get(key);
  if (renamed !== undefined) return renamed;
  if (!key.startsWith(REQUEST_HEADER)) return key;
  return `http.request.headers.${key.slice(REQUEST_HEADER.length)}`;
}

export const SAMPLING_ATTRIBUTE = 'sampling.priority';
/** Numeric attributes with which a span decides on the sampling priority of its trace. */
export const SAMPLING_KEYS: readonly string[] = [SAMPLING_ATTRIBUTE, SAMPLING_PRIORITY];

/**
 * What an attribute does besides, or instead of, becoming a tag:
 *
 * - `samplingPriority`: a number decides for the trace and becomes no tag
 * - `analyticsEvent`: text or a boolean becomes another metric, or nothing
 * - `httpStatus`: a number is written after all attributes, which may have both the older and the newer key
 */
export type AttributeEffect = 'samplingPriority' | 'analyticsEvent' | 'httpStatus';

/** `datadog` is what `datadogKey` made of the key. */
export function attributeEffect(
  key: string,
  datadog: string | undefined,
): AttributeEffect | undefined {
  if (SAMPLING_KEYS.includes(key)) return 'samplingPriority';
  if (key === ANALYTICS_EVENT) return 'analyticsEvent';
  return datadog === 'http.status_code' ? 'httpStatus' : undefined;
}

/** Repairs a tag's text as the Agent would; `undefined` removes the tag. */
export type RepairText = (text: string) => string | undefined;

/** The repair of the values of a Datadog key, if the Agent checks them. */
export function repairOf(key: string): RepairText | undefined {
  return REPAIRS.get(key);
}

const HTTP_STATUS = /^0*[1-5]\d\d$/;

/** Whether the Agent takes `code` for an HTTP status; it counts spans with any other as malformed. */
export function isHttpStatus(code: number): boolean {
  return Number.isInteger(code) && code >= 100 && code <= 599;
}

const REPAIRS: ReadonlyMap<string, RepairText> = new Map<string, RepairText>([
  ['env', normalizeTagValue],
  ['peer.service', serviceOrNothing],
  ['_dd.base_service', serviceOrNothing],
  ['http.status_code', (text) => (HTTP_STATUS.test(text) ? text : undefined)],
]);

/** Keys to which a rule here applies, and those that the rules result in. */
export const RULED_KEYS: ReadonlySet<string> = new Set([
  ...RENAMED.keys(),
  ...RENAMED.values(),
  ...CONSUMED,
  ...RESERVED,
  ...SAMPLING_KEYS,
  ...REPAIRS.keys(),
  ANALYTICS_EVENT,
  '',
]);

/** Whether a rule here applies to the key because of its prefix. */
export function hasRuledPrefix(key: string): boolean {
  return isOfChunk(key) || key.startsWith(HEADER_PREFIX);
}

function serviceOrNothing(text: string): string {
  const service = normalizeService(text);
  return service === UNNAMED_SERVICE ? '' : service;
}

const TRUE = new Set(['1', 't', 'T', 'TRUE', 'true', 'True']);
const FALSE = new Set(['0', 'f', 'F', 'FALSE', 'false', 'False']);

/** The metric `_dd1.sr.eausr` for the text of `analytics.event`; `undefined` if it is no boolean. */
export function analyticsRate(text: string): number | undefined {
  if (TRUE.has(text)) return 1;
  return FALSE.has(text) ? 0 : undefined;
}
