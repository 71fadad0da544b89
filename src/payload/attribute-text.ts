// Owns the text of an attribute value that is not a string, as the Agent's OTLP path writes it.
// Knows nothing of keys or bytes.

import { MAX_TAG_VALUE_BYTES } from './limits.js';

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
  if (value instanceof Uint8Array) return Buffer.from(value).toString('base64');
  const json = jsonText(value);
  if (json === undefined || json.length <= MAX_TAG_VALUE_BYTES / 3) return json;
  return Buffer.byteLength(json) <= MAX_TAG_VALUE_BYTES ? json : shortenedJson(value);
}

/** As many of the elements or members as fit, so that the JSON stays valid. */
function shortenedJson(value: object): string {
  const isArray = Array.isArray(value);
  const parts: string[] = [];
  let bytes = 2;
  for (const [key, element] of Object.entries(value)) {
    const json = JSON.stringify(element, plainValue) ?? 'null';
    const part = isArray ? json : `${JSON.stringify(key)}:${json}`;
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
  if (original instanceof Uint8Array) return Buffer.from(original).toString('base64');
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1)));
}
