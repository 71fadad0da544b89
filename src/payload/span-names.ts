// Owns the four fields by which Datadog groups spans: service, operation name, resource name and type.
// Knows nothing of tags.

import { BoundedMemo } from './bounded-memo.js';
import { bitsOf, type Concept, HTTP_METHOD, RPC_SERVICE, SERVICE_NAME } from './concepts.js';
import type { EncodableSpan } from './encodable-span.js';
import { constantOf, encodedTexts, passingConstant } from './encoded-text.js';
import { MAX_RESOURCE_BYTES, MAX_TYPE_BYTES, UNLIMITED } from './limits.js';
import type { MsgpackWriter } from './msgpack-writer.js';
import type { DecidingText, NamedType } from './names-memory.js';
import { DECIDING, isAwsCall, operationName, resourceName, spanType } from './naming.js';
import { cutUtf8, normalizeName, normalizeService } from './normalize.js';
import type { SpanFacts } from './span-facts.js';
import type { SpanTemplate } from './span-template.js';

/** In no service or operation name: both are made of normalised tag values only. */
const SEPARATOR = ' ';

const DECIDING_BITS = bitsOf(...DECIDING);

export class SpanNames {
  readonly #facts: SpanFacts;
  /** By service, operation and type; one table, so that it is bounded whatever the combinations. */
  readonly #named = new BoundedMemo(namedType);

  constructor(facts: SpanFacts) {
    this.#facts = facts;
  }

  write(writer: MsgpackWriter, span: EncodableSpan, template: SpanTemplate): void {
    const facts = this.#facts;
    const spanName = typeof span.name === 'string' ? span.name : '';
    const named = this.#namesOf(template);
    const workedOn = resourceName(facts, template.kind, spanName) || normalizeName(named.operation);
    writer.entry(named.encoded, cutUtf8(workedOn, MAX_RESOURCE_BYTES), UNLIMITED);
  }

  /** Goes through the rules only where they may have another result than for earlier spans. */
  #namesOf(template: SpanTemplate): NamedType {
    const facts = this.#facts;
    if (facts.hasOwn(SERVICE_NAME)) return this.#namedType(template);
    const deciding = {
      isHttp: facts.text(HTTP_METHOD) !== undefined,
      present: facts.among(DECIDING_BITS),
    };
    const known = template.names.find(facts, deciding);
    if (known !== undefined) return known;
    const named = this.#namedType(template);
    template.names.remember(deciding, named, () => this.#decidingTexts(deciding.present));
    return named;
  }

  #decidingTexts(present: number): readonly DecidingText[] {
    const texts: DecidingText[] = [];
    for (const concept of DECIDING) {
      if ((present & concept.bit) !== 0) texts.push(this.#decidingText(concept));
    }
    if (isAwsCall(this.#facts)) texts.push(this.#decidingText(RPC_SERVICE));
    return texts;
  }

  #decidingText(concept: Concept): DecidingText {
    return { concept, text: this.#facts.text(concept) };
  }

  #namedType({ kind, resource }: SpanTemplate): NamedType {
    const ownService = this.#facts.ownText(SERVICE_NAME);
    const service = ownService ? normalizeService(ownService) : resource.service;
    const operation = operationName(this.#facts, kind);
    const type = cutUtf8(spanType(this.#facts, kind), MAX_TYPE_BYTES);
    return this.#named.get([service, operation, type].join(SEPARATOR));
  }
}

function namedType(key: string, isKept: boolean): NamedType {
  const [service = '', operation = '', ...rest] = key.split(SEPARATOR);
  const type = rest.join(SEPARATOR);
  const fields = ['service', service, 'name', normalizeName(operation)];
  const texts = encodedTexts([...fields, 'type', type, 'resource']);
  return { operation, encoded: isKept ? constantOf(texts) : passingConstant(texts) };
}
