// Owns how one OTel span becomes one Datadog span, in one pass from `ReadableSpan` to bytes. Knows
// nothing of chunks, payloads or the Agent's address.
//
// The order matters. Tags that the Agent's OTLP path overwrites come first, then the span's own
// attributes, then what only fills gaps: the first writer of a tag wins.

import { SpanStatusCode } from '@opentelemetry/api';
import type { InstrumentationScope, ReadableSpan, Resource } from '../sdk-contract.js';
import { attributeText } from './attribute-text.js';
import { encodedText } from './encoded-text.js';
import { errorTags, isException } from './error-tags.js';
import { eventsJson } from './event-json.js';
import { MAX_RESOURCE_BYTES, MAX_TYPE_BYTES } from './limits.js';
import type { MsgpackWriter } from './msgpack-writer.js';
import { operationName, resourceName, spanKindName, spanType } from './naming.js';
import { normalizeName, normalizeService, normalizeTagValue } from './normalize.js';
import { type ResourceTags, resourceTags, type ServiceSettings } from './resource-tags.js';
import { SpanFacts } from './span-facts.js';
import { SpanHeader } from './span-header.js';
import { encodableLinks, SpanLinksWriter } from './span-links.js';
import { TagKeys } from './tag-keys.js';
import { TagWriter } from './tag-writer.js';
import type { ChunkSpan, TraceChunk } from './trace-chunks.js';
import { type ChunkTags, WellKnownTags } from './well-known-tags.js';

export interface MappingSettings extends ServiceSettings {
  readonly exceptionTags: boolean;
}

const STATUS_NAMES = { 0: 'Unset', 1: 'Ok', 2: 'Error' } as const;

export class SpanWriter {
  readonly #writer: MsgpackWriter;
  readonly #settings: MappingSettings;
  readonly #keys = new TagKeys();
  readonly #tags: TagWriter;
  readonly #facts = new SpanFacts();
  readonly #header = new SpanHeader();
  readonly #links = new SpanLinksWriter();
  readonly #known: WellKnownTags;
  readonly #fields = {
    service: encodedText('service'),
    name: encodedText('name'),
    resource: encodedText('resource'),
    type: encodedText('type'),
  };
  readonly #resources = new WeakMap<Resource, ResourceTags>();

  constructor(writer: MsgpackWriter, settings: MappingSettings) {
    this.#writer = writer;
    this.#settings = settings;
    this.#tags = new TagWriter(writer);
    this.#known = new WellKnownTags(this.#keys);
  }

  /** Writes the span. `chunk` are the tags that the first span of a chunk carries for all. */
  write(item: ChunkSpan, trace: TraceChunk, chunk: ChunkTags | undefined): void {
    const { span } = item;
    const resource = this.#resourceTags(span.resource);
    const links = encodableLinks(span.links);
    this.#keys.startSpan();
    this.#facts.reset(resource.facts);
    this.#header.write(this.#writer, item, trace.traceId.low64, links.length > 0 ? 1 : 0);
    this.#tags.start();
    this.#ownTags(span, trace.traceIdHex, chunk);
    this.#attributes(span.attributes);
    this.#derivedTags(span, resource);
    this.#tags.block(resource.block);
    this.#tags.finish();
    this.#names(span, resource);
    if (links.length > 0) this.#links.write(this.#writer, links);
  }

  #ownTags(span: ReadableSpan, traceIdHex: string, chunk: ChunkTags | undefined): void {
    const known = this.#known;
    this.#tags.meta(known.spanKind, spanKindName(span.kind));
    this.#tags.meta(known.otelTraceId, traceIdHex);
    this.#tags.meta(known.otelStatusCode, STATUS_NAMES[span.status.code] ?? 'Unset');
    if (span.status.message) this.#tags.meta(known.otelStatusDescription, span.status.message);
    if (span.events.length > 0) this.#events(span);
    this.#scope(span.instrumentationScope ?? span.instrumentationLibrary);
    if (chunk === undefined) return;
    if (chunk.traceIdHigh !== undefined) this.#tags.meta(known.traceIdHigh, chunk.traceIdHigh);
    this.#tags.meta(known.decisionMaker, chunk.decisionMaker);
    this.#tags.metric(known.samplingPriority, chunk.samplingPriority);
  }

  #events(span: ReadableSpan): void {
    const known = this.#known;
    this.#tags.meta(known.events, eventsJson(span.events));
    if (span.events.some(isException)) this.#tags.meta(known.hasException, 'true');
  }

  #scope(scope: InstrumentationScope | undefined): void {
    const known = this.#known;
    if (scope?.name) {
      this.#tags.meta(known.otelScopeName, scope.name);
      this.#tags.meta(known.otelLibraryName, scope.name);
    }
    if (scope?.version) {
      this.#tags.meta(known.otelScopeVersion, scope.version);
      this.#tags.meta(known.otelLibraryVersion, scope.version);
    }
  }

  #attributes(attributes: ReadableSpan['attributes']): void {
    for (const key in attributes) {
      if (!Object.hasOwn(attributes, key)) continue;
      this.#attribute(key, attributes[key]);
    }
  }

  #attribute(key: string, value: unknown): void {
    const { tag, fact } = this.#keys.attribute(key);
    if (fact !== undefined) this.#facts.set(fact, value);
    if (tag === undefined) return;
    if (typeof value === 'number' && Number.isFinite(value)) {
      // Which of the two status attributes wins is decided when both have been seen.
      if (tag !== this.#known.httpStatusCode) this.#tags.metric(tag, value);
      return;
    }
    const text = typeof value === 'string' ? value : attributeText(value);
    if (text !== undefined) this.#tags.meta(tag, text);
  }

  #derivedTags(span: ReadableSpan, resource: ResourceTags): void {
    const known = this.#known;
    const facts = this.#facts;
    const status = facts.integer('http.status_code', 'http.response.status_code');
    if (status !== undefined && status >= 0) this.#tags.metric(known.httpStatusCode, status);
    if (span.status.code === SpanStatusCode.ERROR) {
      for (const [key, value] of errorTags(span, this.#settings.exceptionTags)) {
        this.#tags.meta(this.#keys.tag(key), value);
      }
    }
    const version = ownOr(facts.ownText('service.version'), resource.version);
    if (version !== undefined) this.#tags.meta(known.version, version);
    const ownEnv =
      facts.ownText('deployment.environment.name') ?? facts.ownText('deployment.environment');
    const named = ownEnv && facts.text('deployment.environment.name', 'deployment.environment');
    const env = ownOr(named, resource.env);
    if (env !== undefined) this.#tags.meta(known.env, env);
    const namespace = facts.text('db.namespace');
    if (namespace !== undefined) this.#tags.meta(known.dbName, namespace);
  }

  #names(span: ReadableSpan, resource: ResourceTags): void {
    const service = this.#facts.ownText('service.name');
    const name = normalizeName(operationName(this.#facts, span.kind));
    const resourceText = resourceName(this.#facts, span.kind, span.name);
    this.#field(this.#fields.service, service ? normalizeService(service) : resource.service);
    this.#field(this.#fields.name, name);
    this.#field(this.#fields.resource, resourceText === '' ? name : resourceText);
    this.#field(this.#fields.type, spanType(this.#facts, span.kind), MAX_TYPE_BYTES);
  }

  #field(key: Uint8Array, value: string, maxBytes = MAX_RESOURCE_BYTES): void {
    this.#writer.bytes(key);
    this.#writer.text(value, maxBytes);
  }

  /** A resource never changes once its asynchronous attributes are there. */
  #resourceTags(resource: Resource): ResourceTags {
    const known = this.#resources.get(resource);
    if (known !== undefined) return known;
    const tags = resourceTags(resource, this.#settings, this.#keys);
    if (resource.asyncAttributesPending !== true) this.#resources.set(resource, tags);
    return tags;
  }
}

function ownOr(own: string | undefined, shared: string | undefined): string | undefined {
  return own === undefined || own === '' ? shared : normalizeTagValue(own);
}
