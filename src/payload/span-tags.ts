// Owns which tags a span gets, and in which order they are written: tags that the Agent's OTLP path
// overwrites come first, then the span's own attributes, then what only fills gaps, because the
// first writer of a tag wins. Knows nothing of the span's other fields.

import { SpanStatusCode } from '@opentelemetry/api';
import type { InstrumentationScope } from '../sdk-contract.js';
import { analyticsRate, isHttpStatus, isReserved } from './attribute-rules.js';
import { attributeText } from './attribute-text.js';
import type { ChunkTags } from './chunk-tags.js';
import {
  DB_NAMESPACE,
  DEPLOYMENT_ENVIRONMENT,
  HTTP_STATUS_CODE,
  SERVICE_VERSION,
} from './concepts.js';
import { errorTags, isException } from './error-tags.js';
import { eventsJson } from './event-json.js';
import { grpcStatus } from './grpc-status.js';
import { spanKindName } from './naming.js';
import { normalTagValue } from './normalize.js';
import { readableEntries } from './readable-entries.js';
import type { ResourceTags } from './resource-tags.js';
import type { SpanFacts } from './span-facts.js';
import type { AttributeKey, Tag, TagKeys } from './tag-keys.js';
import type { TagWriter } from './tag-writer.js';
import type { ChunkEvent, ChunkSpan } from './trace-chunks.js';
import { memberOf, parseSampleRate, traceStateText } from './trace-state.js';
import { WellKnownTags } from './well-known-tags.js';

export interface SpanTagsSettings {
  readonly exceptionTags: boolean;
  readonly processId: number;
}

const UNREADABLE = Symbol('unreadable');
const STATUS_NAMES = { 0: 'Unset', 1: 'Ok', 2: 'Error' } as const;

export class SpanTags {
  readonly #keys: TagKeys;
  readonly #tags: TagWriter;
  readonly #facts: SpanFacts;
  readonly #settings: SpanTagsSettings;
  readonly #known: WellKnownTags;
  #decidesSampling = false;
  /** The first HTTP status of the span that is no number. */
  #httpStatusText: string | undefined;
  /** The first that is one. */
  #httpStatusNumber: number | undefined;

  constructor(keys: TagKeys, tags: TagWriter, facts: SpanFacts, settings: SpanTagsSettings) {
    this.#keys = keys;
    this.#tags = tags;
    this.#facts = facts;
    this.#settings = settings;
    this.#known = new WellKnownTags(keys);
  }

  /**
   * Writes `meta` and `metrics`, whose first key has been written.
   *
   * @returns whether the span asks for a sampling priority of its trace.
   */
  write(item: ChunkSpan, resource: ResourceTags, chunk: ChunkTags, isFirst: boolean): boolean {
    const { span } = item;
    this.#decidesSampling = false;
    this.#httpStatusText = undefined;
    this.#httpStatusNumber = undefined;
    this.#tags.start();
    this.#overwriting(item, chunk);
    if (isFirst) this.#ofChunk(chunk);
    const { attributes } = span;
    for (const key in attributes) {
      if (Object.hasOwn(attributes, key)) this.#attribute(key, readAttribute(attributes, key));
    }
    this.#derived(item);
    this.#service(resource);
    this.#tags.block(resource.block);
    this.#tags.metric(this.#known.processId, this.#settings.processId);
    this.#tags.finish();
    return this.#decidesSampling;
  }

  #overwriting(item: ChunkSpan, chunk: ChunkTags): void {
    const { span, status, events, traceState } = item;
    const known = this.#known;
    this.#tags.meta(known.spanKind, spanKindName(span.kind));
    this.#tags.meta(known.otelTraceId, item.traceIdHex);
    this.#tags.meta(known.otelStatusCode, STATUS_NAMES[status.code] ?? 'Unset');
    const description = attributeText(status.message);
    if (description) this.#tags.meta(known.otelStatusDescription, description);
    const state = traceStateText(traceState);
    if (state !== '') this.#tags.meta(known.traceState, state);
    if (chunk.origin !== undefined) this.#tags.meta(known.origin, chunk.origin);
    if (events.length > 0) this.#events(events);
    this.#scope(span.instrumentationScope ?? span.instrumentationLibrary);
  }

  #ofChunk(chunk: ChunkTags): void {
    const known = this.#known;
    if (chunk.traceIdHigh !== undefined) this.#tags.meta(known.traceIdHigh, chunk.traceIdHigh);
    for (const [key, value] of chunk.propagated) this.#tags.meta(this.#keys.tag(key), value);
    this.#tags.metric(known.samplingPriority, chunk.samplingPriority);
  }

  #events(events: readonly ChunkEvent[]): void {
    this.#tags.meta(this.#known.events, eventsJson(events));
    if (events.some(isException)) this.#tags.meta(this.#known.hasException, 'true');
  }

  #scope(scope: InstrumentationScope | undefined): void {
    const known = this.#known;
    const name = attributeText(scope?.name);
    const version = attributeText(scope?.version);
    if (name) {
      this.#tags.meta(known.otelScopeName, name);
      this.#tags.meta(known.otelLibraryName, name);
    }
    if (version) {
      this.#tags.meta(known.otelScopeVersion, version);
      this.#tags.meta(known.otelLibraryVersion, version);
    }
    for (const [key, value] of readableEntries(scope?.attributes)) {
      const text = isReserved(key) ? undefined : attributeText(value);
      if (text !== undefined) this.#tags.meta(this.#keys.tag(key), text);
    }
  }

  #attribute(key: string, value: unknown): void {
    const attribute = this.#keys.attribute(key);
    const { tag, fact } = attribute;
    if (fact !== undefined) this.#facts.set(fact, value);
    if (tag === undefined || this.#takesEffect(attribute, value)) return;
    if (typeof value === 'number' && Number.isFinite(value)) return this.#tags.metric(tag, value);
    const text = typeof value === 'string' ? value : attributeText(value);
    if (text !== undefined) this.#tags.meta(tag, text);
  }

  /** Whether the attribute did what it is for, and is no tag. */
  #takesEffect({ effect }: AttributeKey, value: unknown): boolean {
    if (effect === undefined) return false;
    const isNumber = typeof value === 'number' && Number.isFinite(value);
    switch (effect) {
      case 'samplingPriority':
        this.#decidesSampling ||= isNumber;
        return isNumber;
      case 'httpStatus':
        if (!isNumber) this.#httpStatusText ||= attributeText(value);
        else this.#httpStatusNumber ??= value;
        return isNumber;
      case 'analyticsEvent': {
        if (isNumber) return false;
        const rate = analyticsRate(attributeText(value) ?? '');
        if (rate !== undefined) this.#tags.metric(this.#known.analyticsRate, rate);
        return true;
      }
    }
  }

  /** Tags that follow from attributes and status, where the span has none of that name. */
  #derived(item: ChunkSpan): void {
    const known = this.#known;
    const status = this.#facts.integer(HTTP_STATUS_CODE);
    const code = status !== undefined && status >= 0 ? status : this.#httpStatusNumber;
    if (code !== undefined && isHttpStatus(code)) this.#tags.metric(known.httpStatusCode, code);
    const grpc = grpcStatus(this.#facts);
    if (grpc !== undefined) this.#tags.meta(known.grpcStatusCode, grpc);
    const member = memberOf(item.traceState, 'ot');
    const rate = member === undefined ? undefined : parseSampleRate(member);
    if (rate !== undefined) this.#tags.metric(known.sampleRate, rate);
    if (item.status.code !== SpanStatusCode.ERROR) return;
    const { exceptionTags } = this.#settings;
    for (const [key, value] of errorTags(item, this.#httpStatusText, exceptionTags)) {
      this.#fillIn(this.#keys.tag(key), value);
    }
  }

  #service(resource: ResourceTags): void {
    const known = this.#known;
    const facts = this.#facts;
    const { plain } = resource;
    const version = facts.ownText(SERVICE_VERSION);
    const env = facts.ownText(DEPLOYMENT_ENVIRONMENT) && facts.text(DEPLOYMENT_ENVIRONMENT);
    this.#fillIn(
      known.version,
      version ? (normalTagValue(version) ?? plain.version) : resource.version,
    );
    this.#fillIn(known.env, env ? (normalTagValue(env) ?? plain.env) : resource.env);
    // An empty one of the span gives way to the resource attribute of that very name.
    if (plain.version !== undefined) this.#tags.meta(known.version, plain.version);
    if (plain.env !== undefined) this.#tags.meta(known.env, plain.env);
    for (const [tag, value] of resource.metrics) this.#tags.metric(tag, value);
    if (!resource.hasDbName) this.#fillIn(known.dbName, facts.text(DB_NAMESPACE));
  }

  /** Writes a tag that the span does not mention itself, not even as an empty one. */
  #fillIn(tag: Tag, value: string | undefined): void {
    if (value !== undefined && !this.#tags.mentions(tag)) this.#tags.meta(tag, value);
  }
}

/** A getter that throws costs its value; a symbol has no text, so it becomes no tag. */
function readAttribute(attributes: Readonly<Record<string, unknown>>, key: string): unknown {
  try {
    return attributes[key];
  } catch {
    return UNREADABLE;
  }
}
