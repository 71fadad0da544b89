// Owns the text of an attribute value that is not a string, as the Agent's OTLP path writes it.
// Knows nothing of keys or bytes.

import { MAX_TAG_VALUE_BYTES } from './limits.js';
import { cutUtf8 } from './normalize.js';

/** Each takes two bytes in the JSON of an array, so the others would be cut off. */
const MAX_ELEMENTS = MAX_TAG_VALUE_BYTES / 2 + 1;
/** JSON escapes take up to six bytes for one. */
const MAX_ESCAPED_BYTES = Math.floor((MAX_TAG_VALUE_BYTES - 2) / 6);

/**
 * Text of a value, or `undefined` for what has none: functions, symbols, and objects that cannot be
 * serialised (cycles, throwing getters).
 */
export function attributeText(value: unknown): string | undefined {
  switch (typeof value) {
    case 'string':
      return value;
    case 'number':
    case 'boolean':
    case 'bigint':
      return String(value);
    case 'undefined':
      return '';
    case 'object':
      return value === null ? '' : objectText(value);
    case 'function':
    case 'symbol':
      return undefined;
  }
}

function objectText(value: object): string | undefined {
  let json: string | undefined;
  try {
    if (value instanceof Uint8Array) return base64(value.subarray(0, MAX_TAG_VALUE_BYTES));
    json = jsonText(withoutExcess(value));
  } catch {
    return undefined; // a proxy that does not want to be looked at
  }
  if (json === undefined || json.length <= MAX_TAG_VALUE_BYTES / 3) return json;
  return Buffer.byteLength(json) <= MAX_TAG_VALUE_BYTES ? json : shortenedJson(json);
}

/** An array without the elements that can find no room: a million of them would block for a second. */
export function withoutExcess(value: object): object {
  if (!Array.isArray(value) || value.length <= MAX_ELEMENTS) return value;
  const elements: readonly unknown[] = value;
  return elements.slice(0, MAX_ELEMENTS);
}

function base64(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('base64');
}

/** As many of the elements or members as fit, so that the JSON stays valid. */
function shortenedJson(json: string): string {
  // What was serialised is shortened, not the object, which may hold more than its `toJSON` tells.
  const plain: unknown = JSON.parse(json);
  if (typeof plain === 'string') return JSON.stringify(cutUtf8(plain, MAX_ESCAPED_BYTES));
  const isArray = Array.isArray(plain);
  const parts: string[] = [];
  let bytes = 2;
  for (const [key, element] of Object.entries(plain ?? {})) {
    const text = JSON.stringify(element);
    const part = isArray ? text : `${JSON.stringify(key)}:${text}`;
    bytes += Buffer.byteLength(part) + 1;
    if (bytes > MAX_TAG_VALUE_BYTES) break;
    parts.push(part);
  }
  return isArray ? `[${parts.join(',')}]` : `{${parts.join(',')}}`;
}

/** Compact JSON in which bytes are base64 and big integers are text; `undefined` if it fails. */
export function jsonText(value: object): string | undefined {
  try {
    return JSON.stringify(value, plainValue);
  } catch {
    return undefined; // a cycle or a throwing getter costs this value, not its span
  }
}

/**
 * Looks at the value before its `toJSON`, which makes a list of numbers of a Buffer, and sorts the
 * members of objects, as the Agent does.
 */
function plainValue(this: object, key: string, value: unknown): unknown {
  if (typeof value === 'bigint') return String(value);
  const original: unknown = Reflect.get(this, key);
  if (original instanceof Uint8Array) return base64(original);
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1)));
}
