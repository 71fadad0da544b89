// Owns the four fields by which Datadog groups spans: service, operation name, resource name and type.
// Knows nothing of tags.

import type { SpanKind } from '@opentelemetry/api';
import { BoundedMemo } from './bounded-memo.js';
import { DB_SYSTEM, HTTP_METHOD, SERVICE_NAME } from './concepts.js';
import { constantOf, encodedText } from './encoded-text.js';
import { MAX_RESOURCE_BYTES, MAX_TYPE_BYTES } from './limits.js';
import type { Constant, MsgpackWriter } from './msgpack-writer.js';
import { hasUsualNames, operationName, resourceName, spanType } from './naming.js';
import { cutUtf8, normalizeName, normalizeService } from './normalize.js';
import type { SpanFacts } from './span-facts.js';
import type { SpanTemplate } from './span-template.js';
import type { EncodableSpan } from './trace-chunks.js';

const UNLIMITED = 0x3fff_ffff;
/** In no service or operation name: of both, only normal tag values are made. */
const SEPARATOR = ' ';

/** What a span is, apart from what it worked on. */
export interface NamedType {
  readonly service: string;
  readonly operation: string;
  readonly type: string;
  /** The fields `service`, `name` and `type`, and the key `resource`. */
  readonly encoded: Constant;
}

/** The names of the last usual span of a template, and what they follow from there. */
export interface UsualNames {
  readonly kind: SpanKind;
  readonly isHttp: boolean;
  readonly system: string | undefined;
  readonly named: NamedType;
}

export class SpanNames {
  readonly #facts: SpanFacts;
  /** By service, operation and type; one table, so that it is bounded whatever is combined with what. */
  readonly #named = new BoundedMemo(namedType);

  constructor(facts: SpanFacts) {
    this.#facts = facts;
  }

  write(writer: MsgpackWriter, span: EncodableSpan, template: SpanTemplate): void {
    const facts = this.#facts;
    const spanName = typeof span.name === 'string' ? span.name : '';
    const named = this.#namesOf(span.kind, template);
    const workedOn = resourceName(facts, span.kind, spanName) || normalizeName(named.operation);
    writer.entry(named.encoded, cutUtf8(workedOn, MAX_RESOURCE_BYTES), UNLIMITED);
  }

  /** Goes through the rules only where they may come to something else than for the span before. */
  #namesOf(kind: SpanKind, template: SpanTemplate): NamedType {
    const facts = this.#facts;
    if (facts.hasOwn(SERVICE_NAME) || !hasUsualNames(facts)) return this.#namedType(kind, template);
    const isHttp = facts.text(HTTP_METHOD) !== undefined;
    const system = facts.text(DB_SYSTEM);
    const { usual } = template;
    const isSame = usual?.isHttp === isHttp && usual.system === system && usual.kind === kind;
    if (isSame) return usual.named;
    const named = this.#namedType(kind, template);
    template.usual = { kind, isHttp, system, named };
    return named;
  }

  /** That of the last span of the template, if it was the same. */
  #namedType(kind: SpanKind, template: SpanTemplate): NamedType {
    const { last, resource } = template;
    const ownService = this.#facts.ownText(SERVICE_NAME);
    const service = ownService ? normalizeService(ownService) : resource.service;
    const operation = operationName(this.#facts, kind);
    const type = spanType(this.#facts, kind);
    const isSame = last?.operation === operation && last.type === type && last.service === service;
    if (isSame) return last;
    template.last = this.#named.get([service, operation, type].join(SEPARATOR));
    return template.last;
  }
}

function namedType(key: string): NamedType {
  const [service = '', operation = '', ...rest] = key.split(SEPARATOR);
  const type = rest.join(SEPARATOR);
  const fields = ['service', service, 'name', normalizeName(operation)];
  const all = [...fields, 'type', cutUtf8(type, MAX_TYPE_BYTES), 'resource'];
  const encoded = constantOf(Buffer.concat(all.map((text) => encodedText(text))));
  return { service, operation, type, encoded };
}
