// Owns the four fields by which Datadog groups spans: service, operation name, resource name and type.
// Knows nothing of tags.

import { BoundedMemo } from './bounded-memo.js';
import { bitsOf, type Concept, HTTP_METHOD, RPC_SERVICE, SERVICE_NAME } from './concepts.js';
import { constantOf, encodedText } from './encoded-text.js';
import { MAX_RESOURCE_BYTES, MAX_TYPE_BYTES } from './limits.js';
import type { Constant, MsgpackWriter } from './msgpack-writer.js';
import { DECIDING, isAwsCall, operationName, resourceName, spanType } from './naming.js';
import { cutUtf8, normalizeName, normalizeService } from './normalize.js';
import { ownCopy } from './own-copy.js';
import type { SpanFacts } from './span-facts.js';
import type { SpanTemplate } from './span-template.js';
import type { EncodableSpan } from './trace-chunks.js';

const UNLIMITED = 0x3fff_ffff;
/** In no service or operation name: both are made of normalised tag values only. */
const SEPARATOR = ' ';

/** What a span is called, apart from what it worked on. */
export interface NamedType {
  readonly operation: string;
  /** The fields `service`, `name` and `type`, and the key `resource`. */
  readonly encoded: Constant;
}

/** The names of a span, and what they follow from besides its template. */
interface RememberedNames {
  readonly isHttp: boolean;
  /** Bits of the deciding concepts that had a value. */
  readonly present: number;
  readonly deciding: readonly DecidingText[];
  readonly named: NamedType;
}

/** The names of some earlier spans; the oldest are replaced next. */
export interface NamesMemory {
  readonly entries: RememberedNames[];
  next: number;
}

interface DecidingText {
  readonly concept: Concept;
  readonly text: string | undefined;
}

/**
 * Several, because a client of AWS or of messages calls several services. With none remembered,
 * `npm run bench -- shapes` shows 15 % more for `messages`.
 */
const MAX_REMEMBERED = 4;
/** Longer texts would hold too much memory. */
const MAX_REMEMBERED_CHARACTERS = 256;
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
    const isHttp = facts.text(HTTP_METHOD) !== undefined;
    const present = facts.among(DECIDING_BITS);
    for (const names of template.names.entries) {
      const isAlike = names.present === present && names.isHttp === isHttp;
      if (isAlike && this.#isDecidedBy(names.deciding)) return names.named;
    }
    const named = this.#namedType(template);
    const deciding = this.#deciding(present);
    if (deciding.every(isShort)) {
      remember(template.names, { isHttp, present, deciding: deciding.map(copyOf), named });
    }
    return named;
  }

  #isDecidedBy(deciding: readonly DecidingText[]): boolean {
    for (const { concept, text } of deciding) {
      if (this.#facts.text(concept) !== text) return false;
    }
    return true;
  }

  #deciding(present: number): readonly DecidingText[] {
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

function isShort({ text }: DecidingText): boolean {
  return text === undefined || text.length <= MAX_REMEMBERED_CHARACTERS;
}

function copyOf({ concept, text }: DecidingText): DecidingText {
  return { concept, text: text === undefined ? undefined : ownCopy(text) };
}

function remember(memory: NamesMemory, names: RememberedNames): void {
  memory.entries[memory.next] = names;
  memory.next = (memory.next + 1) % MAX_REMEMBERED;
}

function namedType(key: string): NamedType {
  const [service = '', operation = '', ...rest] = key.split(SEPARATOR);
  const type = rest.join(SEPARATOR);
  const fields = ['service', service, 'name', normalizeName(operation)];
  const all = [...fields, 'type', type, 'resource'];
  const encoded = constantOf(Buffer.concat(all.map((text) => encodedText(text))));
  return { operation, encoded };
}
