// Owns the fields of a span on the wire. Judges wire types only: the rules judge what a decoded
// span holds.

import { readEvent } from './event-decoder.js';
import {
  readArrayLength,
  readBytes,
  readFloat64,
  readInt32,
  readInt64,
  readNil,
  readString,
  readUint64,
  type Decoding,
} from './field-reader.js';
import { readLink } from './link-decoder.js';
import { fieldDecoders, readRecord, readTags, type FieldDecoders } from './map-reader.js';
import type { ReceivedSpan } from './received-span.js';
import { NO_TAGS } from './tag-record.js';

/** A span while it is being decoded; its full trace id is set last, from the trace chunk. */
export type SpanDraft = { -readonly [Field in keyof ReceivedSpan]: ReceivedSpan[Field] };

/** Stands for links and events that were not sent. */
const NO_ELEMENTS: readonly never[] = Object.freeze([]);

const SPAN_FIELDS: FieldDecoders<SpanDraft> = fieldDecoders<SpanDraft>({
  service(span, decoding, path) {
    span.service = readString(decoding, path, 'lenient');
  },
  name(span, decoding, path) {
    span.name = readString(decoding, path, 'lenient');
  },
  resource(span, decoding, path) {
    span.resource = readString(decoding, path, 'lenient');
  },
  type(span, decoding, path) {
    span.type = readString(decoding, path, 'lenient');
  },
  trace_id(span, decoding, path) {
    span.traceIdLow64 = readUint64(decoding, path, 'lenient');
  },
  span_id(span, decoding, path) {
    span.spanId = readUint64(decoding, path, 'lenient');
  },
  parent_id(span, decoding, path) {
    span.parentId = readUint64(decoding, path, 'lenient');
  },
  start(span, decoding, path) {
    span.startUnixNanos = readInt64(decoding, path, 'lenient');
  },
  duration(span, decoding, path) {
    span.durationNanos = readInt64(decoding, path, 'lenient');
  },
  error(span, decoding, path) {
    span.error = readInt32(decoding, path, 'lenient');
  },
  meta(span, decoding, path) {
    span.meta = readLenientTags(decoding, path, readString);
  },
  metrics(span, decoding, path) {
    span.metrics = readLenientTags(decoding, path, readFloat64);
  },
  meta_struct(span, decoding, path) {
    span.metaStruct = readTags(decoding, path, 'lenient', readBytes);
  },
  span_links(span, decoding, path) {
    span.links = readList(decoding, path, 'link', readLink);
  },
  span_events(span, decoding, path) {
    span.events = readList(decoding, path, 'event', readEvent);
  },
});

export function readSpan(decoding: Decoding, path: string): SpanDraft {
  const span: SpanDraft = {
    service: '',
    name: '',
    resource: '',
    type: '',
    traceId: '',
    traceIdLow64: 0n,
    spanId: 0n,
    parentId: 0n,
    startUnixNanos: 0n,
    durationNanos: 0n,
    error: 0,
    meta: NO_TAGS,
    metrics: NO_TAGS,
    metaStruct: NO_TAGS,
    links: NO_ELEMENTS,
    events: NO_ELEMENTS,
  };
  readRecord(decoding, path, SPAN_FIELDS, span);
  return span;
}

function readLenientTags<Value>(
  decoding: Decoding,
  path: string,
  readValue: (decoding: Decoding, path: string, leniency: 'lenient') => Value,
): Readonly<Record<string, Value>> {
  if (readNil(decoding, path, 'an empty map')) return NO_TAGS;
  return readTags(decoding, path, 'lenient', (_, valuePath) =>
    readValue(decoding, valuePath, 'lenient'),
  );
}

function readList<Element>(
  decoding: Decoding,
  path: string,
  noun: string,
  readElement: (decoding: Decoding, path: string) => Element,
): Element[] {
  const length = readArrayLength(decoding, path);
  const elements: Element[] = [];
  for (let index = 0; index < length; index += 1) {
    elements.push(readElement(decoding, `${path}, ${noun} ${index}`));
  }
  return elements;
}
