// Owns shortening JSON that is too long for a tag, so that it stays valid. Knows nothing of what it tells.

import { MAX_MISFITS, MAX_TAG_VALUE_BYTES } from './limits.js';
import { cutWithEllipsis } from './normalize.js';

/** Maximum of bytes that JSON makes of one byte. */
const MAX_ESCAPE_BYTES = 6;
/** Two quotation marks, and room for the dots of a cut even if each were escaped. */
export const MIN_CUT_BYTES: number = 2 + '...'.length * MAX_ESCAPE_BYTES;

/** JSON of a list of numbers, `true`, `false` and `null`. */
const PLAIN_LIST = /^\[[^"[{]*$/;

/** The first members of an object that fit, or the elements of a list up to one that does not, cut if it is text. */
export function shortenedJson(json: string): string {
  // To parse 1 536 doubles and write them again takes three times what it took to write them.
  if (PLAIN_LIST.test(json))
    return `${json.slice(0, json.lastIndexOf(',', MAX_TAG_VALUE_BYTES - 2))}]`;
  // Shortens what was serialised, not the object, which may hold more than its `toJSON` tells.
  const plain: unknown = JSON.parse(json);
  if (typeof plain === 'string') return cutJson(plain, MAX_TAG_VALUE_BYTES);
  const isArray = Array.isArray(plain);
  const parts: string[] = [];
  let bytes = 2;
  let misfits = 0;
  for (const [key, element] of Object.entries(plain ?? {})) {
    const text = JSON.stringify(element);
    const part = isArray ? text : `${JSON.stringify(key)}:${text}`;
    const partBytes = Buffer.byteLength(part) + 1;
    if (bytes + partBytes <= MAX_TAG_VALUE_BYTES) {
      parts.push(part);
      bytes += partBytes;
    } else if (isArray) {
      const room = MAX_TAG_VALUE_BYTES - bytes - 1;
      if (typeof element === 'string' && room >= MIN_CUT_BYTES) parts.push(cutJson(element, room));
      break; // later elements would take its index
    } else if (++misfits === MAX_MISFITS) break;
  }
  return isArray ? `[${parts.join(',')}]` : `{${parts.join(',')}}`;
}

/** JSON of as much of a text as fits; if it needs escapes, of what fits for certain, as each byte takes one at least. */
export function cutJson(text: string, maxBytes: number): string {
  const content = maxBytes - 2;
  const cut = cutWithEllipsis(text, content);
  const json = JSON.stringify(cut);
  const excess = Buffer.byteLength(json) - maxBytes;
  if (excess <= 0) return json;
  const certain = Math.max(Buffer.byteLength(cut) - excess, Math.floor(content / MAX_ESCAPE_BYTES));
  return JSON.stringify(cutWithEllipsis(text, certain));
}
