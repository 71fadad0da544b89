// Owns the text of an attribute value, as the Agent's OTLP path writes it. Knows nothing of keys.

import { isUint8Array } from 'node:util/types';
import { shortenedJson } from './cut-json.js';
import { base64, jsonText } from './json-text.js';
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
  if (isUint8Array(value)) return base64(value);
  const json = jsonText(value);
  if (json === undefined || json.length <= MAX_TAG_VALUE_BYTES / 3) return json;
  return Buffer.byteLength(json) <= MAX_TAG_VALUE_BYTES ? json : shortenedJson(json);
}
