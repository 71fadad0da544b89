// Owns how maps are read: records with known keys, and tags with arbitrary ones. Reports
// keys that occur twice, of which the Agent keeps the last value. Knows nothing of particular fields.

import { readMapLength, readString, type Decoding, type Leniency } from './field-reader.js';
import { emptyRecord } from './tag-record.js';
import { excerpt } from './violation.js';

/** Reads the value of one known key into `record`. */
type FieldDecoder<Owner> = (record: Owner, decoding: Decoding, path: string) => void;

/** The known keys of a record; the Agent skips all others. */
export type FieldDecoders<Owner> = ReadonlyMap<string, FieldDecoder<Owner>>;

export function fieldDecoders<Owner>(
  fields: Readonly<Record<string, FieldDecoder<Owner>>>,
): FieldDecoders<Owner> {
  return new Map(Object.entries(fields));
}

/** Reads a map with known keys into `record`. */
export function readRecord<Owner>(
  decoding: Decoding,
  path: string,
  fields: FieldDecoders<Owner>,
  record: Owner,
): void {
  readEntries(decoding, path, readFieldKey, (key, valuePath) => {
    const decode = fields.get(key);
    if (decode === undefined) skipUnknown(decoding, valuePath);
    else decode(record, decoding, valuePath);
  });
}

/** Reads a map with arbitrary keys. */
export function readTags<Value>(
  decoding: Decoding,
  path: string,
  leniency: Leniency,
  readValue: (decoding: Decoding, path: string, leniency: Leniency) => Value,
): Record<string, Value> {
  const tags = emptyRecord<Value>();
  const readKey: KeyReader = (_, keyPath) => readString(decoding, keyPath, leniency);
  readEntries(decoding, path, readKey, (key, valuePath) => {
    tags[key] = readValue(decoding, valuePath, leniency);
  });
  return tags;
}

type KeyReader = (decoding: Decoding, path: string) => string;

/** The Agent takes bin, but never nil, for the name of a field. */
function readFieldKey(decoding: Decoding, path: string): string {
  const isBin = decoding.wire.peek(path).family === 'bin';
  return readString(decoding, path, isBin ? 'lenient' : 'strict');
}

function readEntries(
  decoding: Decoding,
  path: string,
  readKey: KeyReader,
  readValue: (key: string, path: string) => void,
): void {
  const length = readMapLength(decoding, path);
  const seenKeys = new Set<string>();
  for (let index = 0; index < length; index += 1) {
    const key = readKey(decoding, `${path}, key ${index}`);
    const valuePath = `${path}, ${excerpt(key)}`;
    if (seenKeys.has(key)) reportDuplicate(decoding, valuePath);
    seenKeys.add(key);
    readValue(key, valuePath);
  }
}

function reportDuplicate(decoding: Decoding, path: string): void {
  const message = 'the key occurs again in the same map; the Agent keeps the last value';
  decoding.report({ rule: 'duplicate-key', effect: 'ignored', path, message });
}

function skipUnknown(decoding: Decoding, path: string): void {
  const message = 'the Agent does not know the key, and skips its value';
  decoding.wire.skip(path);
  decoding.report({ rule: 'unknown-key', effect: 'ignored', path, message });
}
