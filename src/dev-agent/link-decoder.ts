// Owns the fields of a span link on the wire. Knows nothing of the span around it.

import { readString, readUint32, readUint64, type Decoding } from './field-reader.js';
import { fieldDecoders, readRecord, readTags, type FieldDecoders } from './map-reader.js';
import type { ReceivedLink } from './received-span.js';
import { emptyRecord } from './tag-record.js';
import { formatTraceId } from './trace-id.js';

interface LinkDraft {
  traceIdHigh64: bigint;
  traceIdLow64: bigint;
  spanId: bigint;
  attributes: Record<string, string>;
  tracestate: string;
  flags: number;
}

const LINK_FIELDS: FieldDecoders<LinkDraft> = fieldDecoders<LinkDraft>({
  trace_id(link, decoding, path) {
    link.traceIdLow64 = readUint64(decoding, path, 'lenient');
  },
  trace_id_high(link, decoding, path) {
    link.traceIdHigh64 = readUint64(decoding, path, 'strict');
  },
  span_id(link, decoding, path) {
    link.spanId = readUint64(decoding, path, 'lenient');
  },
  attributes(link, decoding, path) {
    link.attributes = readTags(decoding, path, 'strict', readString);
  },
  tracestate(link, decoding, path) {
    link.tracestate = readString(decoding, path, 'strict');
  },
  flags(link, decoding, path) {
    link.flags = readUint32(decoding, path);
  },
});

export function readLink(decoding: Decoding, path: string): ReceivedLink {
  const draft: LinkDraft = {
    traceIdHigh64: 0n,
    traceIdLow64: 0n,
    spanId: 0n,
    attributes: emptyRecord(),
    tracestate: '',
    flags: 0,
  };
  readRecord(decoding, path, LINK_FIELDS, draft);
  const { traceIdHigh64, traceIdLow64, ...link } = draft;
  return { traceId: formatTraceId(traceIdHigh64, traceIdLow64), ...link };
}
