// Owns what the spans of one resource, scope, kind and status have in common, as the bytes with which
// each of them begins: header, the tags that no attribute overrides, and those of the scope. The bytes
// are copied for each span, and the values that differ are filled in. Knows nothing of a span's own attributes.

import { SpanKind, SpanStatusCode } from '@opentelemetry/api';
import type { InstrumentationScope } from '../sdk-contract.js';
import { isReserved } from './attribute-rules.js';
import { attributeText } from './attribute-text.js';
import { encodedText } from './encoded-text.js';
import { MAX_TAG_VALUE_BYTES } from './limits.js';
import { NamesMemory } from './names-memory.js';
import { spanKindName } from './naming.js';
import { readableEntries } from './readable-entries.js';
import type { ResourceTags } from './resource-tags.js';
import { emptyHeader } from './span-header.js';
import type { AttributeKey, Tag } from './tag-keys.js';
import type { WellKnownTags } from './well-known-tags.js';

const STATUS_NAMES = ['Unset', 'Ok', 'Error'] as const;
/** A `number`, because a status comes from the application and may be any number. */
export const ERROR: number = SpanStatusCode.ERROR;

export interface SpanTemplate {
  readonly kind: SpanKind;
  readonly status: number;
  readonly bytes: Uint8Array;
  /** Tags that are in `bytes`. */
  readonly tags: ReadonlySet<Tag>;
  /** Tags of the scope that are not in `bytes`: they are empty, need a repair, or may have to give way. */
  readonly contested: readonly (readonly [Tag, string])[];
  readonly resource: ResourceTags;
  /** Whether one of `tags` is a tag of the resource, too. */
  readonly overridesResource: boolean;
  /** Whether scope or resource set a chunk tag. */
  readonly mentionsChunk: boolean;
  /** The keys of the last span, by position: spans made in one place have the same ones. */
  readonly expectedKeys: AttributeKey[];
  readonly names: NamesMemory;
}

type Scope = InstrumentationScope | undefined;

const NO_SCOPE = {};

/** The templates of a resource. */
export class SpanTemplates {
  readonly #resource: ResourceTags;
  readonly #known: WellKnownTags;
  readonly #byScope = new WeakMap<object, (SpanTemplate | undefined)[]>();
  #lastScope: object = NO_SCOPE;
  #ofLastScope: (SpanTemplate | undefined)[] = [];

  constructor(resource: ResourceTags, known: WellKnownTags) {
    this.#resource = resource;
    this.#known = known;
    this.#byScope.set(NO_SCOPE, this.#ofLastScope);
  }

  /** A scope never changes. For a kind or status that does not exist, a template is made each time. */
  templateFor(scope: Scope, kind: SpanKind, status: number): SpanTemplate {
    const ofScope = this.#ofScope(scope);
    const index = kind * STATUS_NAMES.length + status;
    const known = ofScope[index];
    // A kind or status that does not exist may lead to the same index.
    if (known !== undefined && known.kind === kind && known.status === status) return known;
    const template = this.#newTemplate(scope, kind, status);
    if (kind in SpanKind && status in STATUS_NAMES) ofScope[index] = template;
    return template;
  }

  #ofScope(scope: Scope): (SpanTemplate | undefined)[] {
    const key = scope ?? NO_SCOPE;
    if (key === this.#lastScope) return this.#ofLastScope;
    const templates = this.#byScope.get(key) ?? [];
    this.#byScope.set(key, templates);
    this.#lastScope = key;
    this.#ofLastScope = templates;
    return templates;
  }

  #newTemplate(scope: Scope, kind: SpanKind, status: number): SpanTemplate {
    const known = this.#known;
    const texts = new Map<Tag, string>([
      [known.spanKind, spanKindName(kind)],
      [
        known.otelStatusCode,
        STATUS_NAMES[Number.isInteger(status) ? status : 0] ?? STATUS_NAMES[0],
      ],
    ]);
    const contested: [Tag, string][] = [];
    for (const [tag, text] of this.#scopeTags(scope)) {
      if (text === '' || tag.repair !== undefined || known.isContested(tag)) {
        contested.push([tag, text]);
      } else if (!texts.has(tag)) texts.set(tag, text);
    }
    const encoded = [...texts].flatMap(([tag, text]) => {
      return [tag.key.bytes, encodedText(text, MAX_TAG_VALUE_BYTES)];
    });
    const tags = new Set([known.otelTraceId, ...texts.keys()]);
    for (const tag of tags) tag.isShared = true;
    const bytes = Buffer.concat([emptyHeader(status === ERROR), ...encoded]);
    const resource = this.#resource;
    const overridesResource = [...tags].some((tag) => resource.common.tags.has(tag));
    return {
      kind,
      status,
      bytes,
      tags,
      contested,
      resource,
      overridesResource,
      mentionsChunk: [...tags, ...resource.common.tags].some(({ isOfChunk }) => isOfChunk),
      expectedKeys: [],
      names: new NamesMemory(),
    };
  }

  #scopeTags(scope: Scope): [Tag, string][] {
    const known = this.#known;
    const tags: [Tag, string][] = [];
    const name = attributeText(scope?.name);
    const version = attributeText(scope?.version);
    if (name) tags.push([known.otelScopeName, name], [known.otelLibraryName, name]);
    if (version) tags.push([known.otelScopeVersion, version], [known.otelLibraryVersion, version]);
    for (const [key, value] of readableEntries(scope?.attributes)) {
      const text = isReserved(key) ? undefined : attributeText(value);
      if (text !== undefined) tags.push([known.keys.tag(key), text]);
    }
    return tags;
  }
}
