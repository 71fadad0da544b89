// Owns which tags a span gets, and in which order they are written: tags that the Agent's OTLP path
// overwrites come first, then the span's own attributes, then what only fills gaps, because the
// first writer of a tag wins. Knows nothing of the span's other fields.

import type { TraceState } from '@opentelemetry/api';
import { type AttributeEffect, analyticsRate, isHttpStatus } from './attribute-rules.js';
import { attributeText } from './attribute-text.js';
import { type ChunkPlace, NO_PLACE } from './chunk-tags.js';
import {
  DB_NAMESPACE,
  DEPLOYMENT_ENVIRONMENT,
  HTTP_STATUS_CODE,
  SERVICE_VERSION,
} from './concepts.js';
import type { SpanEvent, EncodableSpan } from './encodable-span.js';
import { errorTags, isException } from './error-tags.js';
import type { EventsWriter } from './events-writer.js';
import { grpcStatus } from './grpc-status.js';
import { normalTagValue } from './normalize.js';
import type { ResourceTags } from './resource-tags.js';
import { ERROR } from './scope-template.js';
import type { SpanFacts } from './span-facts.js';
import type { SpanTemplate } from './span-template.js';
import type { AttributeKey, Tag, TagKeys } from './tag-keys.js';
import type { TagWriter } from './tag-writer.js';
import { memberOf, parseSampleRate, traceStateText } from './trace-state.js';
import type { WellKnownTags } from './well-known-tags.js';

export interface SpanTagsSettings {
  readonly exceptionTags: boolean;
  readonly processId: number;
}

/** Those that write share one buffer. */
interface SpanTagsParts {
  readonly known: WellKnownTags;
  readonly tags: TagWriter;
  readonly facts: SpanFacts;
  readonly events: EventsWriter;
}

/** Where chunk tags are in a span, or can be put in if it was written without them. */
export interface ChunkMark {
  /** The end of the span's own tags in `meta`. */
  readonly metaEnd: number;
  /** Where `metrics` begins. */
  readonly metricsAt: number;
  /** Whether the span sets a chunk tag itself, so that none can be put in or replaced. */
  readonly isTaken: boolean;
}

/** A span has 128 attributes at most, unless somebody set another limit. */
const MAX_EXPECTED_KEYS = 128;

export class SpanTags {
  readonly #keys: TagKeys;
  readonly #tags: TagWriter;
  readonly #facts: SpanFacts;
  readonly #settings: SpanTagsSettings;
  readonly #known: WellKnownTags;
  readonly #eventsWriter: EventsWriter;
  /** Only the tags: in a batch, the `ChunkPlace` is an `OpenTrace`, which would keep all spans of the trace. */
  #chunk = NO_PLACE.tags;
  #isFirst = false;
  #decidesSampling = false;
  /** The first HTTP status of the span that is no number. */
  #httpStatusText: string | undefined;
  /** The first HTTP status of the span that is a number. */
  #httpStatusNumber: number | undefined;

  constructor({ known, tags, facts, events }: SpanTagsParts, settings: SpanTagsSettings) {
    this.#keys = known.keys;
    this.#tags = tags;
    this.#facts = facts;
    this.#settings = settings;
    this.#known = known;
    this.#eventsWriter = events;
  }

  /** Starts on a span of which the template has been written at `startByte`. */
  start(startByte: number, template: SpanTemplate, place: ChunkPlace): void {
    this.#chunk = place.tags;
    this.#isFirst = place.isFirst;
    this.#decidesSampling = false;
    this.#httpStatusText = undefined;
    this.#httpStatusNumber = undefined;
    this.#tags.start(startByte, template);
    this.#keepForChunk(place);
  }

  /** Reserves the tags that the chunk decides; its other tags need not be, as no attribute can set them. */
  #keepForChunk({ tags, isFirst }: ChunkPlace): void {
    const known = this.#known;
    if (tags.origin !== undefined) this.#tags.keepForChunk(known.origin);
    if (!isFirst) return;
    for (const { key } of tags.propagated) this.#tags.keepForChunk(this.#keys.passingTag(key));
    this.#tags.metric(known.samplingPriority, tags.samplingPriority);
  }

  /** Where chunk tags go into the last span, and whether it has one of its own. */
  get chunkMark(): ChunkMark {
    const { metaEnd, metricsAt, mentionsChunk } = this.#tags;
    return { metaEnd, metricsAt, isTaken: mentionsChunk };
  }

  /**
   * Writes the rest of `meta`, and `metrics`.
   *
   * @returns whether the span asks for a sampling priority for its trace.
   */
  write(
    span: EncodableSpan,
    attributes: Readonly<Record<string, unknown>>,
    template: SpanTemplate,
    traceState: TraceState | undefined,
  ): boolean {
    const { status, events } = span;
    if (status?.message !== undefined) this.#description(status.message);
    if (traceState !== undefined) this.#traceState(traceState);
    if (events && events.length > 0) this.#events(events);
    for (const [tag, text] of template.contested) this.#tags.meta(tag, text);
    this.#attributes(attributes, template.expectedKeys);
    this.#derived(span, template, traceState);
    this.#common(template.resource);
    this.#tags.metric(this.#known.processId, this.#settings.processId);
    this.#tags.finish(this.#chunk, this.#isFirst);
    return this.#decidesSampling;
  }

  #description(message: unknown): void {
    const description = attributeText(message);
    if (description) this.#tags.meta(this.#known.otelStatusDescription, description);
  }

  #traceState(traceState: TraceState): void {
    const text = traceStateText(traceState);
    if (text !== '') this.#tags.meta(this.#known.traceState, text);
  }

  #events(events: readonly SpanEvent[]): void {
    if (this.#tags.openMeta(this.#known.events)) this.#eventsWriter.write(events);
    if (events.some(isException)) this.#tags.meta(this.#known.hasException, 'true');
  }

  /** Expects keys where they were in the span before: a comparison instead of a look-up. */
  #attributes(attributes: Readonly<Record<string, unknown>>, expected: AttributeKey[]): void {
    let at = 0;
    for (const key in attributes) {
      const value = attributes[key];
      let attribute = expected[at];
      if (attribute === undefined || attribute.name !== key) {
        attribute = this.#keys.attribute(key);
        if (at < MAX_EXPECTED_KEYS && attribute?.isKept === true) expected[at] = attribute;
      }
      at++;
      if (attribute === undefined) {
        this.#plain(key, value);
        continue;
      }
      const { tag, fact, effect } = attribute;
      if (fact !== undefined) this.#facts.set(fact, value);
      if (tag === undefined || (effect !== undefined && this.#takesEffect(effect, value))) continue;
      if (typeof value === 'string') this.#tags.meta(tag, value);
      else this.#notText(tag, value);
    }
  }

  /** Writes an attribute whose key is unknown. */
  #plain(key: string, value: unknown): void {
    if (typeof value === 'number' && Number.isFinite(value)) {
      return this.#tags.plainMetric(key, value);
    }
    const text = attributeText(value);
    if (text !== undefined) this.#tags.plainMeta(key, text);
  }

  #notText(tag: Tag, value: unknown): void {
    if (typeof value === 'number' && Number.isFinite(value)) this.#tags.metric(tag, value);
    else this.#other(tag, value);
  }

  /** Writes a value that is neither text nor a finite number. */
  #other(tag: Tag, value: unknown): void {
    if (this.#tags.metaList(tag, value)) return;
    const text = attributeText(value);
    if (text !== undefined) this.#tags.meta(tag, text);
  }

  /** Lets the attribute take its effect; returns whether it becomes no tag. */
  #takesEffect(effect: AttributeEffect, value: unknown): boolean {
    const isNumber = typeof value === 'number' && Number.isFinite(value);
    switch (effect) {
      case 'samplingPriority':
        this.#decidesSampling ||= isNumber;
        return isNumber;
      case 'httpStatus':
        if (typeof value !== 'number') this.#httpStatusText ||= attributeText(value);
        else if (isNumber) this.#httpStatusNumber ??= value;
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
  #derived(span: EncodableSpan, template: SpanTemplate, traceState: TraceState | undefined): void {
    const known = this.#known;
    if (this.#facts.has(HTTP_STATUS_CODE)) this.#httpStatus();
    const grpc = grpcStatus(this.#facts);
    if (grpc !== undefined) this.#tags.meta(known.grpcStatusCode, grpc);
    const member = traceState && memberOf(traceState, 'ot');
    const rate = member === undefined ? undefined : parseSampleRate(member);
    if (rate !== undefined) this.#tags.metric(known.sampleRate, rate);
    if (template.status === ERROR) this.#error(span);
  }

  #httpStatus(): void {
    const status = this.#facts.integer(HTTP_STATUS_CODE);
    const code = status !== undefined && status >= 0 ? status : this.#httpStatusNumber;
    if (code === undefined || !isHttpStatus(code)) return;
    this.#tags.metric(this.#known.httpStatusCode, code);
  }

  #error(span: EncodableSpan): void {
    const known = this.#known;
    const error = errorTags(span, this.#httpStatusText, this.#settings.exceptionTags);
    if (error.msg) this.#fillIn(known.errorMsg, error.msg);
    if (error.message) this.#fillIn(known.errorMessage, error.message);
    if (error.type) this.#fillIn(known.errorType, error.type);
    if (error.stack) this.#fillIn(known.errorStack, error.stack);
  }

  /** Writes the tags that the OTel resource has and the span does not set itself. */
  #common(resource: ResourceTags): void {
    const facts = this.#facts;
    const overrides =
      this.#tags.differsFromCommon ||
      facts.hasOwn(SERVICE_VERSION) ||
      facts.hasOwn(DEPLOYMENT_ENVIRONMENT);
    if (overrides) this.#service(resource);
    for (const [tag, value] of resource.metrics) this.#tags.metric(tag, value);
    if (!resource.hasDbName) this.#fillIn(this.#known.dbName, facts.text(DB_NAMESPACE));
    if (overrides) this.#tags.block(resource.block);
    else this.#tags.wholeBlock(resource.common);
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
    // An empty value of the span gives way to the resource attribute of exactly that name.
    if (plain.version !== undefined) this.#tags.meta(known.version, plain.version);
    if (plain.env !== undefined) this.#tags.meta(known.env, plain.env);
  }

  /** Writes a tag that the span does not mention itself, not even as an empty one. */
  #fillIn(tag: Tag, value: string | undefined): void {
    if (value !== undefined && !this.#tags.mentions(tag)) this.#tags.meta(tag, value);
  }
}
