// Owns the native `span_links` of a span. Knows nothing of the rest of the span.

import type { SpanContext } from '@opentelemetry/api';
import { attributeText } from './attribute-text.js';
import type { SpanLink } from './encodable-span.js';
import { constantText } from './encoded-text.js';
import { type Id64, parseHex32, parseSpanId, parseTraceId } from './identifiers.js';
import { MAX_LINKS, MAX_TAG_KEY_BYTES, MAX_TAG_VALUE_BYTES } from './limits.js';
import type { MsgpackWriter } from './msgpack-writer.js';
import { readableEntries } from './readable-entries.js';
import { wireKey } from './tag-keys.js';
import { traceStateText } from './trace-state.js';

/** Bit 31 says that the flags are known; the Agent's format asks for it. */
const FLAGS_KNOWN = 0x8000_0000;

interface EncodableLink {
  readonly traceIdLow64: Id64;
  readonly traceIdHigh64: Id64;
  readonly spanId: Id64;
  readonly link: SpanLink;
}

/** The links whose ids the Agent takes. */
export function encodableLinks(links: readonly SpanLink[]): readonly EncodableLink[] {
  const encodable: EncodableLink[] = [];
  let looked = 0;
  for (const link of links) {
    if (looked++ === MAX_LINKS) break; // the list may have no end
    const context: Partial<SpanContext> | undefined = link?.context;
    const traceIdLow64 = parseTraceId(context?.traceId);
    const spanId = parseSpanId(context?.spanId);
    if (traceIdLow64 === undefined || spanId === undefined) continue;
    const traceIdHex = context?.traceId ?? '';
    const traceIdHigh64 = { high: parseHex32(traceIdHex, 0), low: parseHex32(traceIdHex, 8) };
    encodable.push({ traceIdLow64, traceIdHigh64, spanId, link });
  }
  return encodable;
}

export class SpanLinksWriter {
  readonly #key = constantText('span_links');
  readonly #traceId = constantText('trace_id');
  readonly #traceIdHigh = constantText('trace_id_high');
  readonly #spanId = constantText('span_id');
  readonly #attributes = constantText('attributes');
  readonly #tracestate = constantText('tracestate');
  readonly #flags = constantText('flags');

  write(writer: MsgpackWriter, links: readonly EncodableLink[]): void {
    writer.constant(this.#key);
    writer.fillCount(writer.openArray(), links.length);
    for (const link of links) this.#link(writer, link);
  }

  #link(writer: MsgpackWriter, { traceIdLow64, traceIdHigh64, spanId, link }: EncodableLink): void {
    const opened = writer.openMap();
    writer.constant(this.#traceId);
    writer.uint64(traceIdLow64);
    writer.constant(this.#traceIdHigh);
    writer.uint64(traceIdHigh64);
    writer.constant(this.#spanId);
    writer.uint64(spanId);
    writer.constant(this.#flags);
    writer.number((FLAGS_KNOWN | link.context.traceFlags) >>> 0);
    const optional = this.#linkAttributes(writer, link) + this.#linkState(writer, link);
    writer.fillCount(opened, 4 + optional);
  }

  #linkAttributes(writer: MsgpackWriter, link: SpanLink): number {
    const attributes = readableEntries(link.attributes);
    if (attributes.length === 0) return 0;
    writer.constant(this.#attributes);
    const opened = writer.openMap();
    const written = new Set<string>();
    for (const [name, value] of attributes) {
      const key = wireKey(name);
      const text = attributeText(value);
      if (text === undefined || written.has(key)) continue;
      written.add(key);
      writer.text(key, MAX_TAG_KEY_BYTES);
      writer.text(text, MAX_TAG_VALUE_BYTES);
    }
    writer.fillCount(opened, written.size);
    return 1;
  }

  #linkState(writer: MsgpackWriter, link: SpanLink): number {
    const state = traceStateText(link.context.traceState);
    if (state === '') return 0;
    writer.constant(this.#tracestate);
    writer.text(state, MAX_TAG_VALUE_BYTES);
    return 1;
  }
}
