// Owns the wire form of an event's attribute value, a tagged union: a map with a `type` and the
// member that belongs to it. Knows nothing of the event around it.

import {
  readArrayLength,
  readBoolean,
  readFloat64,
  readInt32,
  readInt64,
  readString,
  type Decoding,
} from './field-reader.js';
import { fieldDecoders, readRecord, type FieldDecoders } from './map-reader.js';
import type { ReceivedEventScalar, ReceivedEventValue } from './received-span.js';

interface ScalarDraft {
  type: number;
  readonly members: Map<string, ReceivedEventValue>;
}

/** The members that can hold the value, each at the index that is its `type`. */
const MEMBERS = ['string_value', 'bool_value', 'int_value', 'double_value', 'array_value'] as const;
/** Stands for a value that is missing or of an unknown type, which the Agent cannot show. */
const NO_VALUE = '';

const SCALAR_FIELDS: FieldDecoders<ScalarDraft> = fieldDecoders<ScalarDraft>({
  type(value, decoding, path) {
    value.type = readInt32(decoding, path, 'strict');
  },
  string_value(value, decoding, path) {
    value.members.set('string_value', readString(decoding, path, 'strict'));
  },
  bool_value(value, decoding, path) {
    value.members.set('bool_value', readBoolean(decoding, path));
  },
  int_value(value, decoding, path) {
    value.members.set('int_value', readInt64(decoding, path, 'strict'));
  },
  double_value(value, decoding, path) {
    value.members.set('double_value', readFloat64(decoding, path, 'strict'));
  },
});

const VALUE_FIELDS: FieldDecoders<ScalarDraft> = new Map([
  ...SCALAR_FIELDS,
  ...fieldDecoders<ScalarDraft>({
    array_value(value, decoding, path) {
      value.members.set('array_value', readArrayValue(decoding, path));
    },
  }),
]);

export function readEventValue(decoding: Decoding, path: string): ReceivedEventValue {
  return readUnion(decoding, path, VALUE_FIELDS);
}

function readArrayValue(decoding: Decoding, path: string): ReceivedEventScalar[] {
  const values: ReceivedEventScalar[] = [];
  const fields = fieldDecoders<ReceivedEventScalar[]>({
    values(scalars, _, valuesPath) {
      const length = readArrayLength(decoding, valuesPath);
      for (let index = 0; index < length; index += 1) {
        scalars.push(readEventScalar(decoding, `${valuesPath}, ${index}`));
      }
    },
  });
  readRecord(decoding, path, fields, values);
  return values;
}

function readEventScalar(decoding: Decoding, path: string): ReceivedEventScalar {
  const value = readUnion(decoding, path, SCALAR_FIELDS);
  // Never an array: `SCALAR_FIELDS` has no decoder for `array_value`.
  return typeof value === 'object' ? NO_VALUE : value;
}

function readUnion(
  decoding: Decoding,
  path: string,
  fields: FieldDecoders<ScalarDraft>,
): ReceivedEventValue {
  const draft: ScalarDraft = { type: 0, members: new Map() };
  readRecord(decoding, path, fields, draft);
  const member = MEMBERS[draft.type];
  if (member === undefined || !fields.has(member)) {
    report(decoding, 'event-value-type', path, `the type ${draft.type} is not one of the Agent's`);
    return NO_VALUE;
  }
  const value = draft.members.get(member);
  if (value === undefined || draft.members.size > 1) {
    const found = [...draft.members.keys()].join(', ') || 'none';
    report(
      decoding,
      'event-value-member',
      path,
      `type ${draft.type} wants ${member}; has ${found}`,
    );
  }
  return value ?? NO_VALUE;
}

function report(decoding: Decoding, rule: string, path: string, found: string): void {
  const message = `${found}; the Agent reads only the member that its type names`;
  decoding.report({ rule, effect: 'ignored', path, message });
}
