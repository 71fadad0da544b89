// Owns the JSON of a list or an object among attributes, as a text. Knows nothing of how long a tag may be, except
// that nothing is read which no tag could hold, and of a long text only as much as one holds.

import { isUint8Array } from 'node:util/types';
import { JsonRoom, MAX_VALUES } from './json-room.js';
import { MAX_MISFITS, MAX_TAG_VALUE_BYTES } from './limits.js';
import { OpenObjects } from './open-objects.js';

const NO_BYTES = Buffer.alloc(0);
/** Of the keys of one object: those that fit into a tag, and as much for each member that does not. */
const MAX_KEY_LENGTHS = (MAX_MISFITS + 1) * MAX_TAG_VALUE_BYTES;
/** Of one object, if others are to be read after it: to list a million keys takes 400 ms. */
const MAX_KEYS = 50_000;

/**
 * Compact JSON in which bytes are base64 and big integers are text; `undefined` if it fails. JSON that is too long
 * for a tag may end early: a million numbers, or a text of 20 MB, would block for a second, at whatever depth. Of an
 * object each member may, so that those that fit are whole, until so many do not fit as `misfits` says.
 */
export function jsonText(value: object, misfits: number = MAX_MISFITS): string | undefined {
  try {
    if (isOfPrimitives(value)) return JSON.stringify(value);
    return JSON.stringify(heldBytes(value), plainValues(new JsonRoom(misfits)));
  } catch {
    return undefined; // a cycle or a throwing getter costs this value, not its span
  }
}

/** Whether a list has a number that JSON does not have. A longer list is too long in any case. */
export function hasNotFinite(value: object): boolean {
  try {
    return Array.isArray(value) && value.slice(0, MAX_VALUES).some(isNotFinite);
  } catch {
    return false; // a proxy that throws, also when its JSON is made
  }
}

function isNotFinite(value: unknown): boolean {
  return typeof value === 'number' && !Number.isFinite(value);
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
 * keys that are integers first, and compares by UTF-16 unit. What finds no room is `null`, which is as long as the
 * room that it had: where something is missing, the JSON of the member, or of a list, is too long for a tag.
 */
function plainValues(room: JsonRoom): (this: unknown, key: string, value: unknown) => unknown {
  const around = new OpenObjects();
  return function replace(this: unknown, _key, value) {
    room.next(this);
    if (room.left === 0) return room.isRoot(this) ? undefined : null; // left out, as it is not tried
    if (typeof value === 'string') return beginningOf(value, room);
    if (typeof value === 'bigint') return beginningOf(String(value), room);
    if (typeof value !== 'object' || value === null) return value;
    if (value instanceof HeldBytes) return beginningOf(base64(value.bytes), room);
    if (isUint8Array(value)) return beginningOf(base64(value), room); // bytes that a `toJSON` has made
    around.enter(value, this);
    const copy = Array.isArray(value) ? elementsOf(value, room) : membersOf(value, room);
    around.replace(copy);
    return copy;
  };
}

/** As much of a text as is too long with its quotes all the same. */
function beginningOf(text: string, room: JsonRoom): string {
  const beginning = text.slice(0, MAX_TAG_VALUE_BYTES);
  room.take(Math.floor(beginning.length / 2)); // as many values are as long
  return beginning;
}

function elementsOf(array: readonly unknown[], room: JsonRoom): readonly unknown[] {
  const elements = array.slice(0, room.left).map(heldBytes);
  room.enter(elements, elements.length);
  return elements;
}

/** Only as many members as there can be room for: sorting a million takes a second. */
function membersOf(object: object, room: JsonRoom): object {
  const members: [string, unknown][] = [];
  let keyLengths = 0;
  const keys = Object.keys(object);
  if (keys.length > MAX_KEYS) room.renewNoMore();
  for (const key of keys.slice(0, MAX_VALUES).toSorted()) {
    if (members.length === room.left || keyLengths > MAX_KEY_LENGTHS) break;
    const value: unknown = Reflect.get(object, key);
    if (!hasJson(value)) continue;
    const name = key.slice(0, MAX_TAG_VALUE_BYTES + 1); // too long all the same
    members.push([name, heldBytes(value)]);
    keyLengths += name.length;
  }
  const copy = Object.fromEntries(members);
  room.enter(copy, members.length + Math.floor(keyLengths / 2));
  return copy;
}

/** Bytes until it is their turn to be text: their own `toJSON` would be called before, and make a list of numbers. */
class HeldBytes {
  readonly bytes: Uint8Array;

  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
  }
}

function heldBytes(value: unknown): unknown {
  return isUint8Array(value) ? new HeldBytes(value) : value;
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
