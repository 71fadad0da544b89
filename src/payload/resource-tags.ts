// Owns what all spans of one OTel resource have in common: service, env, version and the tags made
// of resource attributes, encoded once. Owns the precedence of code, resource and environment, too.
// Knows nothing of single spans.

import type { Lineage } from '../fork/lineage.js';
import { withoutQuotes } from '../configuration/quotes.js';
import type { Resource } from '../sdk-contract.js';
import { analyticsRate } from './attribute-rules.js';
import { attributeText } from './attribute-text.js';
import { normalizeService, normalizeTagValue, normalTagValue } from './normalize.js';
import { readableEntries } from './readable-entries.js';
import { SpanFacts } from './span-facts.js';
import { TagBlock } from './tag-block.js';
import type { Tag, TagKeys } from './tag-keys.js';

/** What code and environment say about the service. */
export interface ServiceSettings {
  /** `runtime-id` of the process. */
  readonly runtimeId: string;
  /** The processes that started this one, if they passed their ids on. */
  readonly lineage?: Lineage | undefined;
  readonly service: string | undefined;
  readonly env: string | undefined;
  readonly version: string | undefined;
  readonly tags: Readonly<Record<string, string>>;
  readonly environment: {
    readonly service: string | undefined;
    readonly env: string | undefined;
    readonly version: string | undefined;
    readonly tags: Readonly<Record<string, string>>;
    /**
     * What `OTEL_SERVICE_NAME` and `OTEL_RESOURCE_ATTRIBUTES` contribute to the OTel resource, without quotes
     * around a value.
     */
    readonly resourceAttributes: ReadonlyMap<string, string>;
  };
}

export interface ResourceTags {
  /** The normalised name of the service. */
  readonly service: string;
  readonly env: string | undefined;
  readonly version: string | undefined;
  /** Resource attributes called `env` and `version`, used if nothing else sets these tags. */
  readonly plain: Readonly<Record<'env' | 'version', string | undefined>>;
  /** Tags of the resource without `env` and `version`. */
  readonly block: TagBlock;
  /** All tags of the resource, for spans that override none of them. */
  readonly common: TagBlock;
  /** Numeric tags for spans that do not set these themselves. */
  readonly metrics: readonly (readonly [Tag, number])[];
  readonly hasDbName: boolean;
  readonly facts: SpanFacts;
}

/** The service of a resource that names none, as the Agent's OTLP path calls it. */
const NO_SERVICE = 'otlpresourcenoservicename';
/** What Datadog's Node tracer calls its language. */
const LANGUAGE = 'javascript';
/** What the SDK calls a service that nobody named. */
const UNKNOWN_SERVICE = /^unknown_service(:|$)/;
/** Tags with a precedence of their own, so not in `block`. */
const RESOLVED: ReadonlySet<string> = new Set(['env', 'version']);

export function resourceTags(
  resource: Resource,
  settings: ServiceSettings,
  keys: TagKeys,
): ResourceTags {
  const attributes = new Map<string, unknown>(readableEntries(knownAttributes(resource)));
  const plainEnv = plainText(attributes, 'env');
  const plain = {
    env: plainEnv === undefined ? undefined : normalizeTagValue(plainEnv),
    version: plainText(attributes, 'version'),
  };
  const env = normalTagValue(setting('env', settings, attributes, ENV_KEYS)) ?? plain.env;
  const version =
    normalTagValue(setting('version', settings, attributes, VERSION_KEYS)) ?? plain.version;
  const texts = blockTexts(attributes, settings, keys);
  return {
    service: normalizeService(serviceName(settings, attributes)),
    env,
    version,
    plain,
    block: new TagBlock(texts),
    common: new TagBlock(withResolved(texts, { version, env }, keys)),
    metrics: resourceMetrics(attributes, keys),
    hasDbName: texts.has(keys.tag('db.name')),
    facts: resourceFacts(attributes, keys),
  };
}

/** Resources that were read while attributes were pending. */
const readEarly = new WeakSet<Resource>();

/**
 * The attributes that are there by now. The SDK logs an error whenever they are read while others are pending: once is
 * enough, so each later read is one of an heir for which none are.
 */
function knownAttributes(resource: Resource): unknown {
  const { asyncAttributesPending } = resource;
  if (asyncAttributesPending !== true) return resource.attributes;
  if (!readEarly.has(resource)) {
    readEarly.add(resource);
    return resource.attributes;
  }
  try {
    const heir: unknown = Object.create(resource, { asyncAttributesPending: { value: false } });
    return Reflect.get(resource, 'attributes', heir);
  } catch {
    return resource.attributes; // the getter of another kind of resource may take no heir
  }
}

const ENV_KEYS = ['deployment.environment.name', 'deployment.environment'];
const VERSION_KEYS = ['service.version'];

function serviceName(settings: ServiceSettings, attributes: ReadonlyMap<string, unknown>): string {
  const named = setting('service', settings, attributes, ['service.name']);
  if (named !== undefined) return named;
  const unknown = attributes.get('service.name');
  return typeof unknown === 'string' && unknown !== '' ? unknown : NO_SERVICE;
}

/** Code, else the resource as set in code, else `DD_*`, else the resource as set by `OTEL_*`. */
function setting(
  name: 'service' | 'env' | 'version',
  settings: ServiceSettings,
  attributes: ReadonlyMap<string, unknown>,
  keys: readonly string[],
): string | undefined {
  if (settings[name] !== undefined) return settings[name];
  let fromEnvironment: string | undefined;
  for (const key of keys) {
    const value = attributes.get(key);
    if (typeof value !== 'string' || value === '') continue;
    if (name === 'service' && UNKNOWN_SERVICE.test(value)) continue;
    const ofEnvironment = settings.environment.resourceAttributes.get(key);
    const trimmed = value.trim(); // as the variable was trimmed
    const forms = [value, trimmed, withoutQuotes(trimmed)];
    if (ofEnvironment === undefined || !forms.includes(ofEnvironment)) return value;
    fromEnvironment ??= value;
  }
  return settings.environment[name] ?? fromEnvironment;
}

/** The text of a resource attribute. One that is called like its tag comes last in precedence. */
function plainText(attributes: ReadonlyMap<string, unknown>, key: string): string | undefined {
  return attributes.has(key) ? attributeText(attributes.get(key)) : undefined;
}

/** Option tags, resource attributes, `DD_TAGS`, our own tags; the first that is not empty wins. */
function blockTexts(
  attributes: ReadonlyMap<string, unknown>,
  settings: ServiceSettings,
  keys: TagKeys,
): Map<Tag, string> {
  const texts = new Map<Tag, string>();
  const sources: Iterable<readonly [string, unknown]>[] = [
    Object.entries(settings.tags),
    attributes,
    Object.entries(settings.environment.tags),
    processTags(settings),
  ];
  for (const source of sources) {
    for (const [key, value] of source) {
      const { tag: own, effect } = keys.lastingAttribute(key);
      const tag = RESOLVED.has(key) || effect === 'analyticsEvent' ? undefined : own;
      const text = tag === undefined ? undefined : tagText(tag, value);
      if (tag === undefined || text === undefined || texts.get(tag)) continue;
      texts.set(tag, text);
    }
  }
  return texts;
}

/** All tags of the resource. */
function withResolved(
  texts: ReadonlyMap<Tag, string>,
  { version, env }: Readonly<Record<'env' | 'version', string | undefined>>,
  keys: TagKeys,
): Map<Tag, string> {
  const all = new Map<Tag, string>();
  if (version !== undefined) all.set(keys.tag('version'), version);
  if (env !== undefined) all.set(keys.tag('env'), env);
  for (const [tag, text] of texts) all.set(tag, text);
  return all;
}

/** What the process says about itself. */
function processTags({ runtimeId, lineage }: ServiceSettings): readonly [string, string][] {
  const tags: [string, string][] = [
    ['language', LANGUAGE],
    ['runtime-id', runtimeId],
  ];
  if (lineage === undefined) return tags;
  tags.push(['parent-runtime-id', lineage.parentRuntimeId]);
  tags.push(['root-runtime-id', lineage.rootRuntimeId]);
  return tags;
}

function tagText(tag: Tag, value: unknown): string | undefined {
  const text = attributeText(value);
  return text === undefined || tag.repair === undefined ? text : tag.repair(text);
}

/** Numeric tags that follow from attributes of the resource for all of its spans. */
function resourceMetrics(
  attributes: ReadonlyMap<string, unknown>,
  keys: TagKeys,
): readonly (readonly [Tag, number])[] {
  const rate = analyticsRate(plainText(attributes, 'analytics.event') ?? '');
  const metrics: [Tag, number][] = [];
  if (rate !== undefined) metrics.push([keys.tag('_dd1.sr.eausr'), rate]);
  if (attributes.get('_dd.measured') === 1) metrics.push([keys.tag('_dd.measured'), 1]);
  return metrics;
}

function resourceFacts(attributes: ReadonlyMap<string, unknown>, keys: TagKeys): SpanFacts {
  const facts = new SpanFacts();
  for (const [key, value] of attributes) {
    const { fact } = keys.lastingAttribute(key);
    if (fact !== undefined) facts.set(fact, value);
  }
  return facts;
}
