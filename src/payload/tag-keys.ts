// Owns the keys of tags: which Datadog key an OTel attribute key becomes, its encoded bytes, and
// whether the present span has that tag already. Bounded: keys beyond the bound are encoded anew
// for each span.

import { encodedText } from './encoded-text.js';
import { MAX_TAG_KEY_BYTES } from './limits.js';
import { factSlot } from './span-facts.js';

/** Keys beyond this number are not kept; a service has a few hundred. */
const MAX_KEPT_KEYS = 4_096;

/** Source: datadog-agent, pkg/opentelemetry-mapping-go/otlp/attributes. */
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
/** Consumed by names and service; never a tag. */
const CONSUMED: ReadonlySet<string> = new Set([
  'service.name',
  'operation.name',
  'resource.name',
  'span.type',
]);

/** A key of `meta` or `metrics`. */
export class Tag {
  readonly encoded: Uint8Array;
  /** Serial of the last span that has this tag in `meta`, and in `metrics`. */
  metaOf = 0;
  metricsOf = 0;

  constructor(key: string) {
    this.encoded = encodedText(key, MAX_TAG_KEY_BYTES);
  }
}

/** What becomes of an attribute of a given key. */
export interface AttributeKey {
  /** The tag it is written to; `undefined` if it is none. */
  readonly tag: Tag | undefined;
  /** Slot of the facts that it fills. */
  readonly fact: number | undefined;
}

export class TagKeys {
  readonly #tags = new Map<string, Tag>();
  readonly #attributes = new Map<string, AttributeKey>();
  readonly #overflow = new Map<string, Tag>();

  /** Forgets the keys beyond the bound, which belong to one span. */
  startSpan(): void {
    if (this.#overflow.size > 0) this.#overflow.clear();
  }

  tag(key: string): Tag {
    const known = this.#tags.get(key) ?? this.#overflow.get(key);
    if (known !== undefined) return known;
    const tag = new Tag(key);
    (this.#tags.size < MAX_KEPT_KEYS ? this.#tags : this.#overflow).set(key, tag);
    return tag;
  }

  attribute(key: string): AttributeKey {
    const known = this.#attributes.get(key);
    if (known !== undefined) return known;
    const attribute = {
      tag: CONSUMED.has(key) ? undefined : this.tag(datadogKey(key)),
      fact: factSlot(key),
    };
    if (this.#attributes.size < MAX_KEPT_KEYS) this.#attributes.set(key, attribute);
    return attribute;
  }
}

function datadogKey(key: string): string {
  const renamed = RENAMED.get(key);
  if (renamed !== undefined) return renamed;
  if (!key.startsWith(REQUEST_HEADER)) return key;
  return `http.request.headers.${key.slice(REQUEST_HEADER.length)}`;
}
