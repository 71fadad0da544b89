// Owns how one OTel span becomes one Datadog span, in one pass from `ReadableSpan` to bytes. Knows
// nothing of chunks, payloads or the Agent's address.

import type { SpanContext } from '@opentelemetry/api';
import { bare } from '../lang/bare-object.js';
import type { Resource } from '../sdk-contract.js';
import { ByScope } from './by-scope.js';
import type { ChunkPlace } from './chunk-tags.js';
import type { EncodableSpan } from './encodable-span.js';
import { EventsWriter } from './events-writer.js';
import type { MsgpackWriter } from './msgpack-writer.js';
import { readableEntries } from './readable-entries.js';
import { resourceTags, type ServiceSettings } from './resource-tags.js';
import { type ScopeTemplate, scopeTemplate } from './scope-template.js';
import { SpanFacts } from './span-facts.js';
import { addFields, fillTimes, SpanHeader, type TraceIdentity } from './span-header.js';
import { encodableLinks, SpanLinksWriter } from './span-links.js';
import type { UnwritableSpan } from './span-loss.js';
import { SpanNames } from './span-names.js';
import { type ChunkMark, SpanTags, type SpanTagsSettings } from './span-tags.js';
import { type SpanTemplate, type SpanTemplates, spanTemplates } from './span-template.js';
import { TagKeys } from './tag-keys.js';
import { TagWriter } from './tag-writer.js';
import { WellKnownTags } from './well-known-tags.js';

export type MappingSettings = ServiceSettings & SpanTagsSettings;

type WriteOutcome = 'written' | 'decidesSampling' | UnwritableSpan;

/** What is remembered from span to span; bounded, as it is replaced when it is full. */
interface Learnt {
  readonly keys: TagKeys;
  readonly known: WellKnownTags;
  readonly tags: SpanTags;
  readonly scopes: ByScope<ScopeTemplate>;
  readonly resources: WeakMap<Resource, SpanTemplates>;
  /** Resources of the present batch whose attributes are not all there. */
  readonly pending: Map<Resource, SpanTemplates>;
}

const NO_RESOURCE: Resource = { attributes: {} };
const NO_STATUS = 0;

type Attributes = Readonly<Record<string, unknown>>;

export class SpanWriter {
  readonly #writer: MsgpackWriter;
  readonly #settings: MappingSettings;
  readonly #facts = new SpanFacts();
  readonly #names = new SpanNames(this.#facts);
  readonly #links = new SpanLinksWriter();
  readonly #headers: SpanHeader;
  readonly #events: EventsWriter;
  #learnt: Learnt;
  #lastResource: Resource | undefined;
  #ofLastResource: SpanTemplates | undefined;

  constructor(writer: MsgpackWriter, settings: MappingSettings) {
    this.#writer = writer;
    this.#headers = new SpanHeader(writer);
    this.#events = new EventsWriter(writer);
    this.#settings = settings;
    this.#learnt = this.#learnAnew();
  }

  /** Where chunk tags are in the last span, or go. */
  get chunkMark(): ChunkMark {
    return this.#learnt.tags.chunkMark;
  }

  /** Makes sure that resources that were not complete are read again. */
  beginBatch(): void {
    if (this.#learnt.pending.size > 0) this.#learnt.pending.clear();
  }

  /**
   * Writes the span, or nothing: a span that throws while it is read is lost, an attribute that throws
   * costs only itself.
   */
  write(span: EncodableSpan, trace: TraceIdentity, place: ChunkPlace): WriteOutcome {
    const start = this.#writer.position;
    try {
      const { attributes } = span;
      if (isPlain(attributes)) return this.#write(span, attributes, trace, place);
    } catch {
      this.#writer.rewind(start);
    }
    try {
      return this.#write(span, readableCopy(span.attributes), trace, place);
    } catch {
      this.#writer.rewind(start);
      return 'encode';
    }
  }

  #write(
    span: EncodableSpan,
    attributes: Attributes,
    trace: TraceIdentity,
    place: ChunkPlace,
  ): WriteOutcome {
    const writer = this.#writer;
    const at = writer.position;
    if (this.#learnt.keys.isFull) this.#learnt = this.#learnAnew();
    const { tags, keys } = this.#learnt;
    keys.nextSpan();
    const template = this.#templateOf(span);
    const context = span.spanContext();
    writer.bytes(template.bytes);
    if (!this.#header(span, context, trace, at)) {
      writer.rewind(at);
      return 'invalid_id';
    }
    this.#facts.reset(template.resource.facts);
    tags.start(at, template, place);
    const decidesSampling = tags.write(span, attributes, template, context.traceState ?? undefined);
    this.#names.write(writer, span, template);
    this.#writeLinks(span, at);
    return decidesSampling ? 'decidesSampling' : 'written';
  }

  #header(span: EncodableSpan, { spanId }: SpanContext, trace: TraceIdentity, at: number): boolean {
    const writer = this.#writer;
    const parentIdHex = span.parentSpanContext?.spanId ?? span.parentSpanId;
    if (!this.#headers.fillIds(at, spanId, parentIdHex)) return false;
    this.#headers.fillTrace(at, trace);
    fillTimes(writer, at, span.startTime, span.endTime);
    return true;
  }

  #writeLinks({ links }: EncodableSpan, at: number): void {
    if (!links || links.length === 0) return;
    const encodable = encodableLinks(links);
    if (encodable.length === 0) return;
    addFields(this.#writer, at, 1);
    this.#links.write(this.#writer, encodable);
  }

  #templateOf(span: EncodableSpan): SpanTemplate {
    const scope = span.instrumentationScope ?? span.instrumentationLibrary;
    const status = span.status?.code ?? NO_STATUS;
    return this.#templatesOf(span.resource ?? NO_RESOURCE).get(scope, span.kind, status);
  }

  /**
   * A resource never changes once its asynchronous attributes are there. Before that, it is read only once per
   * batch, and asked with each span whether they are there by now.
   */
  #templatesOf(resource: Resource): SpanTemplates {
    if (resource === this.#lastResource && this.#ofLastResource !== undefined) {
      return this.#ofLastResource;
    }
    const learnt = this.#learnt;
    const isPending = resource.asyncAttributesPending === true;
    const memory = isPending ? learnt.pending : learnt.resources;
    const templates = memory.get(resource) ?? this.#newTemplates(resource, learnt);
    memory.set(resource, templates);
    this.#lastResource = isPending ? undefined : resource;
    this.#ofLastResource = templates;
    return templates;
  }

  #newTemplates(resource: Resource, { keys, scopes }: Learnt): SpanTemplates {
    const tags = resourceTags(resource, this.#settings, keys);
    keys.allowFor(tags.common.texts.size);
    return spanTemplates(tags, scopes);
  }

  #learnAnew(): Learnt {
    this.#lastResource = undefined;
    const keys = new TagKeys();
    const known = new WellKnownTags(keys);
    const parts = {
      known,
      tags: new TagWriter(this.#writer),
      facts: this.#facts,
      events: this.#events,
    };
    const tags = new SpanTags(parts, this.#settings);
    const scopes = new ByScope((...what) => scopeTemplate(...what, known));
    return { keys, known, tags, scopes, resources: new WeakMap(), pending: new Map() };
  }
}

/**
 * Whether a loop over the keys finds own keys only. Reads the prototype as a property, which makes V8 migrate
 * an object whose layout it has deprecated (a number was an integer before). Unless that is done first, the
 * loop looks up each value by its key ever after.
 */
function isPlain(attributes: { readonly __proto__?: unknown }): boolean {
  // Also differs where an own key hides `__proto__`, or where it has been removed.
  if (attributes.__proto__ !== Object.prototype) return Object.getPrototypeOf(attributes) === null;
  for (const _ in Object.prototype) return false;
  return true;
}

function readableCopy(attributes: object): Attributes {
  const copy = bare<Record<string, unknown>>({});
  for (const [key, value] of readableEntries(attributes)) copy[key] = value;
  return copy;
}
