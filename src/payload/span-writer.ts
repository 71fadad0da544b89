// Owns how one OTel span becomes one Datadog span, in one pass from `ReadableSpan` to bytes. Knows
// nothing of chunks, payloads or the Agent's address.

import type { Resource } from '../sdk-contract.js';
import type { ChunkTags } from './chunk-tags.js';
import { SERVICE_NAME } from './concepts.js';
import { encodedText } from './encoded-text.js';
import { MAX_RESOURCE_BYTES, MAX_TYPE_BYTES } from './limits.js';
import type { MsgpackWriter } from './msgpack-writer.js';
import { operationName, resourceName, spanType } from './naming.js';
import { cutUtf8, normalizeName, normalizeService } from './normalize.js';
import { type ResourceTags, resourceTags, type ServiceSettings } from './resource-tags.js';
import { SpanFacts } from './span-facts.js';
import { SpanHeader } from './span-header.js';
import { encodableLinks, SpanLinksWriter } from './span-links.js';
import { SpanTags, type SpanTagsSettings } from './span-tags.js';
import { TagKeys } from './tag-keys.js';
import { TagWriter } from './tag-writer.js';
import type { ChunkSpan, EncodableSpan } from './trace-chunks.js';

export type MappingSettings = ServiceSettings & SpanTagsSettings;

/** What is remembered from span to span; bounded by starting over. */
interface Learnt {
  readonly keys: TagKeys;
  readonly tags: SpanTags;
  readonly resources: WeakMap<Resource, ResourceTags>;
}

const NO_RESOURCE: Resource = { attributes: {} };
const UNLIMITED = 0xffff_ffff;

export class SpanWriter {
  readonly #writer: MsgpackWriter;
  readonly #settings: MappingSettings;
  readonly #tagWriter: TagWriter;
  readonly #facts = new SpanFacts();
  readonly #header = new SpanHeader();
  readonly #links = new SpanLinksWriter();
  readonly #fields = {
    service: encodedText('service'),
    name: encodedText('name'),
    resource: encodedText('resource'),
    type: encodedText('type'),
  };
  #learnt: Learnt;

  constructor(writer: MsgpackWriter, settings: MappingSettings) {
    this.#writer = writer;
    this.#settings = settings;
    this.#tagWriter = new TagWriter(writer);
    this.#learnt = this.#learnAnew();
  }

  /**
   * Writes the span.
   *
   * @returns whether the span asks for a sampling priority of its trace.
   */
  write(item: ChunkSpan, chunk: ChunkTags, isFirst: boolean): boolean {
    const { span } = item;
    if (this.#learnt.keys.isFull) this.#learnt = this.#learnAnew();
    const resource = this.#resourceTags(span.resource ?? NO_RESOURCE);
    const links = encodableLinks(item.links);
    this.#facts.reset(resource.facts);
    this.#header.write(this.#writer, item, links.length > 0 ? 1 : 0);
    const decidesSampling = this.#learnt.tags.write(item, resource, chunk, isFirst);
    this.#names(span, resource);
    if (links.length > 0) this.#links.write(this.#writer, links);
    return decidesSampling;
  }

  #names(span: EncodableSpan, resource: ResourceTags): void {
    const service = this.#facts.ownText(SERVICE_NAME);
    const name = normalizeName(operationName(this.#facts, span.kind));
    const spanName = typeof span.name === 'string' ? span.name : '';
    const workedOn = resourceName(this.#facts, span.kind, spanName);
    const type = spanType(this.#facts, span.kind);
    this.#field(this.#fields.service, service ? normalizeService(service) : resource.service);
    this.#field(this.#fields.name, name);
    this.#field(this.#fields.resource, cutUtf8(workedOn || name, MAX_RESOURCE_BYTES));
    this.#field(this.#fields.type, cutUtf8(type, MAX_TYPE_BYTES));
  }

  #field(key: Uint8Array, value: string): void {
    this.#writer.bytes(key);
    this.#writer.text(value, UNLIMITED);
  }

  /** A resource never changes once its asynchronous attributes are there. */
  #resourceTags(resource: Resource): ResourceTags {
    const { keys, resources } = this.#learnt;
    const known = resources.get(resource);
    if (known !== undefined) return known;
    const tags = resourceTags(resource, this.#settings, keys);
    keys.allowFor(tags.block.entries.length);
    if (resource.asyncAttributesPending !== true) resources.set(resource, tags);
    return tags;
  }

  #learnAnew(): Learnt {
    const keys = new TagKeys();
    const tags = new SpanTags(keys, this.#tagWriter, this.#facts, this.#settings);
    return { keys, tags, resources: new WeakMap() };
  }
}
