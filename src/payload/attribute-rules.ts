// Owns the attributes that do not simply become a tag: some get another key, some are consumed by
// names, some mean something to the Agent, and some values the Agent would repair. Pure functions.
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
/** How the keys of headers begin, and the tags made of them. */
const HEADER_PREFIX = 'http.request.header';
/** Consumed by names and service; never a tag. */
const CONSUMED: ReadonlySet<string> = new Set([
  'service.name',
  'operation.name',
  'resource.name',
  'span.type',
]);
/** Said of a whole trace by the exporter; a second `_dd.p.tid` makes the Agent drop the chunk. */
const RESERVED: ReadonlySet<string> = new Set([TRACE_ID_HIGH, DECISION_MAKER]);

const ANALYTICS_EVENT = 'analytics.event';

/** Whether spans carry a tag of that name for their chunk. */
export function isOfChunk(key: string): boolean {
  return key.startsWith(PROPAGATED_PREFIX) || key === ORIGIN;
}

/** Whether a tag of that name cannot be set from outside. */
export function isReserved(key: string): boolean {
  return key === '' || RESERVED.has(key);
}

/** The Datadog key of an attribute; `undefined` if it is no tag. */
export function datadogKey(key: string): string | undefined {
  if (isReserved(key) || CONSUMED.has(key)) return undefined;
  const renamed = RENAMED.get(key);
  if (renamed !== undefined) return renamed;
  if (!key.startsWith(REQUEST_HEADER)) return key;
  return `http.request.headers.${key.slice(REQUEST_HEADER.length)}`;
}

export const SAMPLING_ATTRIBUTE = 'sampling.priority';
/** Numeric attributes with which a span decides for its trace. */
export const SAMPLING_KEYS: readonly string[] = [SAMPLING_ATTRIBUTE, SAMPLING_PRIORITY];

/**
 * What an attribute does besides, or instead of, becoming a tag:
 *
 * - `samplingPriority`: a number decides for the trace and is no tag
 * - `analyticsEvent`: text or a boolean becomes a metric, or nothing
 * - `httpStatus`: a number is written once the newer and the older key have both been seen
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

/** Makes of a tag's text what the Agent would; `undefined` removes the tag. */
export type RepairText = (text: string) => string | undefined;

/** The repair of a Datadog key whose values the Agent looks at. */
export function repairOf(key: string): RepairText | undefined {
  return REPAIRS.get(key);
}

const HTTP_STATUS = /^0*[1-5]\d\d$/;

/** Whether the Agent takes it for an HTTP status; it counts spans with others as malformed. */
export function isHttpStatus(code: number): boolean {
  return Number.isInteger(code) && code >= 100 && code <= 599;
}

const REPAIRS: ReadonlyMap<string, RepairText> = new Map<string, RepairText>([
  ['env', normalizeTagValue],
  ['peer.service', serviceOrNothing],
  ['_dd.base_service', serviceOrNothing],
  ['http.status_code', (text) => (HTTP_STATUS.test(text) ? text : undefined)],
]);

/** Keys on which a rule here has a say, and those that it makes of others. */
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

/** The same of keys that have only their beginning in common. */
export function hasRuledPrefix(key: string): boolean {
  return isOfChunk(key) || key.startsWith(HEADER_PREFIX);
}

function serviceOrNothing(text: string): string {
  const service = normalizeService(text);
  return service === UNNAMED_SERVICE ? '' : service;
}

const TRUE = new Set(['1', 't', 'T', 'TRUE', 'true', 'True']);
const FALSE = new Set(['0', 'f', 'F', 'FALSE', 'false', 'False']);

/** The metric `_dd1.sr.eausr` of an attribute `analytics.event`; `undefined` if it means nothing. */
export function analyticsRate(text: string): number | undefined {
  if (TRUE.has(text)) return 1;
  return FALSE.has(text) ? 0 : undefined;
}
