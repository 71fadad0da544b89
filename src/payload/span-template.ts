// Owns what the spans of one resource, scope, kind and status have in common. Knows nothing of a span's own attributes.

import { ByScope } from './by-scope.js';
import { NamesMemory } from './names-memory.js';
import type { ResourceTags } from './resource-tags.js';
import type { ScopeTemplate } from './scope-template.js';
import type { AttributeKey } from './tag-keys.js';

export interface SpanTemplate extends ScopeTemplate {
  readonly resource: ResourceTags;
  /** Whether one of `tags` is a tag of the resource, too. */
  readonly overridesResource: boolean;
  /** Whether the resource sets a chunk tag. Those of a scope are contested, so they are written span by span. */
  readonly mentionsChunk: boolean;
  /** The keys of the last span, by position: spans made in one place have the same ones. */
  readonly expectedKeys: AttributeKey[];
  readonly names: NamesMemory;
}

/** The templates of a resource. */
export type SpanTemplates = ByScope<SpanTemplate>;

/** Made of the templates of scopes, which may come with many resources. */
export function spanTemplates(
  resource: ResourceTags,
  scopes: ByScope<ScopeTemplate>,
): SpanTemplates {
  const { texts } = resource.common;
  const mentionsChunk = [...texts.keys()].some(({ isOfChunk }) => isOfChunk);
  return new ByScope((scope, kind, status) => {
    const ofScope = scopes.get(scope, kind, status);
    return {
      ...ofScope,
      resource,
      overridesResource: [...ofScope.tags].some((tag) => texts.has(tag)),
      mentionsChunk,
      expectedKeys: [],
      names: new NamesMemory(),
    };
  });
}
