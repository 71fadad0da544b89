// Owns the fields of a span event on the wire. Knows nothing of the span around it.

import { readEventValue } from './event-value-decoder.js';
import { readString, readUint64, type Decoding } from './field-reader.js';
import { fieldDecoders, readRecord, readTags, type FieldDecoders } from './map-reader.js';
import type { ReceivedEvent, ReceivedEventValue } from './received-span.js';
import { emptyRecord } from './tag-record.js';

interface EventDraft {
  name: string;
  timeUnixNanos: bigint;
  attributes: Record<string, ReceivedEventValue>;
}

const EVENT_FIELDS: FieldDecoders<EventDraft> = fieldDecoders<EventDraft>({
  time_unix_nano(event, decoding, path) {
    event.timeUnixNanos = readUint64(decoding, path, 'strict');
  },
  name(event, decoding, path) {
    event.name = readString(decoding, path, 'lenient');
  },
  attributes(event, decoding, path) {
    event.attributes = readTags(decoding, path, 'strict', readEventValue);
  },
});

export function readEvent(decoding: Decoding, path: string): ReceivedEvent {
  const draft: EventDraft = { name: '', timeUnixNanos: 0n, attributes: emptyRecord() };
  readRecord(decoding, path, EVENT_FIELDS, draft);
  return draft;
}
