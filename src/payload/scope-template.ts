// Owns what the spans of one scope, kind and status have in common, whatever their resource: header, the tags that no
// attribute overrides, and those of the scope, as the bytes with which each of them begins. Knows nothing of resources.

import { type SpanKind, SpanStatusCode } from '@opentelemetry/api';
import { isReserved } from './attribute-rules.js';
import { attributeText } from './attribute-text.js';
import type { Scope } from './by-scope.js';
import { spanKindName } from './naming.js';
import { readableEntries } from './readable-entries.js';
import { emptyHeader } from './span-header.js';
import { encodedTags } from './tag-block.js';
import type { Tag } from './tag-keys.js';
import type { WellKnownTags } from './well-known-tags.js';

const STATUS_NAMES = ['Unset', 'Ok', 'Error'] as const;
/** A `number`, because a status comes from the application and may be any number. */
export const ERROR: number = SpanStatusCode.ERROR;

export interface ScopeTemplate {
  readonly kind: SpanKind;
  readonly status: number;
  readonly bytes: Uint8Array;
  /** Tags that are in `bytes`. */
  readonly tags: ReadonlySet<Tag>;
  /** Tags of the scope that are not in `bytes`: they are empty, need a repair, or may have to give way. */
  readonly contested: readonly (readonly [Tag, string])[];
}

export function scopeTemplate(
  scope: Scope,
  kind: SpanKind,
  status: number,
  known: WellKnownTags,
): ScopeTemplate {
  const texts = new Map<Tag, string>([
    [known.spanKind, spanKindName(kind)],
    [known.otelStatusCode, STATUS_NAMES[Number.isInteger(status) ? status : 0] ?? STATUS_NAMES[0]],
  ]);
  const contested: [Tag, string][] = [];
  for (const [tag, text] of scopeTags(scope, known)) {
    if (text === '' || tag.repair !== undefined || known.isContested(tag)) {
      contested.push([tag, text]);
    } else if (!texts.has(tag)) texts.set(tag, text);
  }
  const tags = new Set([known.otelTraceId, ...texts.keys()]);
  for (const tag of tags) tag.isShared = true;
  const bytes = encodedTags(texts, emptyHeader(status === ERROR));
  return { kind, status, bytes, tags, contested };
}

function scopeTags(scope: Scope, known: WellKnownTags): [Tag, string][] {
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
