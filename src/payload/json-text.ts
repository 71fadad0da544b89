// Owns the JSON of a list or an object among attributes, as a text. Knows nothing of how long a tag may be, except
// that nothing is read which no tag could hold, and of a long text only as much as one holds.

import { isUint8Array } from 'node:util/types';
import { MAX_TAG_VALUE_BYTES } from './limits.js';
import { OpenObjects } from './open-objects.js';

/** Maximum of values in one JSON: each takes at least two bytes, so any more would be cut off. */
export const MAX_VALUES: number = MAX_TAG_VALUE_BYTES / 2 + 1;
const NO_BYTES = Buffer.alloc(0);

/**
 * Compact JSON in which bytes are base64 and big integers are text; `undefined` if it fails. JSON that is too long
 * for a tag may end early: a million numbers, or a text of 20 MB, would block for a second, at whatever depth.
 */
export function jsonText(value: object): string | undefined {
  try {
    if (isOfPrimitives(value)) return JSON.stringify(value);
    return JSON.stringify(bytesAsText(value), plainValues());
  } catch {
    return undefined; // a cycle or a throwing getter costs this value, not its span
  }
}

/**
 * Lists of primitives, as OpenTelemetry has them, need no rules for objects: with those, a million calls of
 * `attributeText([1, 2, 3.5])` take five times as long. Loops by index: a list may have methods of its own.
 */
function isOfPrimitives(value: object): boolean {
  if (!Array.isArray(value) || value.length > MAX_VALUES || 'toJSON' in value) return false;
  for (let at = 0; at < value.length; at++) {
    const element: unknown = value[at];
    if ((typeof element === 'object' && element !== null) || typeof element === 'bigint')
      return false;
    if (typeof element === 'string' && element.length > MAX_TAG_VALUE_BYTES) return false;
  }
  return true;
}

/**
 * A replacer for `JSON.stringify` that sorts the members of objects, as the Agent does, except that JavaScript puts
 * keys that are integers first, and compares by UTF-16 unit.
 */
function plainValues(): (this: unknown, key: string, value: unknown) => unknown {
  let room = MAX_VALUES;
  const around = new OpenObjects();
  return function replace(this: unknown, _key, value) {
    if (--room <= 0) return undefined; // no room left; in a list it is written as null
    if (typeof value === 'string') return value.slice(0, MAX_TAG_VALUE_BYTES); // with its quotes too long all the same
    if (typeof value === 'bigint') return String(value);
    if (typeof value !== 'object' || value === null) return value;
    if (isUint8Array(value)) return base64(value); // bytes that a `toJSON` has made
    around.enter(value, this);
    const copy = Array.isArray(value) ? elementsOf(value, room) : membersOf(value, room);
    around.replace(copy);
    return copy;
  };
}

function elementsOf(array: readonly unknown[], room: number): readonly unknown[] {
  return array.slice(0, room).map(bytesAsText);
}

/** Only as many members as there is room for: sorting a million takes a second. */
function membersOf(object: object, room: number): object {
  const keys = Object.keys(object).slice(0, room).toSorted();
  const members = keys.map((key): [string, unknown] => [key, Reflect.get(object, key)]);
  const present = members.filter(([, value]) => hasJson(value));
  return Object.fromEntries(present.map(([key, value]) => [key, bytesAsText(value)]));
}

/** Converts bytes before their `toJSON` is called, which makes a list of numbers of a Buffer. */
function bytesAsText(value: unknown): unknown {
  return isUint8Array(value) ? base64(value) : value;
}

/** As far as a tag can hold it. */
export function base64(bytes: Uint8Array): string {
  return firstBytes(bytes).toString('base64');
}

/** The bytes themselves, at least as far as a tag can hold their base64. Those given to a worker have none left. */
export function firstBytes({ buffer, byteOffset, length }: Uint8Array): Buffer {
  if (length === 0) return NO_BYTES; // their buffer may be detached
  return Buffer.from(buffer, byteOffset, Math.min(length, MAX_TAG_VALUE_BYTES));
}

function hasJson(value: unknown): boolean {
  return value !== undefined && typeof value !== 'function' && typeof value !== 'symbol';
}
