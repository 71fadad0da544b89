// Owns writing a list of texts, integers and booleans, as most lists among attributes are, as the JSON that a tag
// holds: as far as it fits, without a string that is put together first. Knows nothing of keys.

import { cutJson, MIN_CUT_BYTES } from './cut-json.js';
import { COMMA, type JsonBuffer, LIST } from './json-buffer.js';

/** Of more elements that are no texts, V8 makes JSON faster: 1 500 integers took 1.8 times as long by hand. */
const MAX_NUMBERS_BY_HAND = 32;

/**
 * Writes as `attributeText` would, to `end` at most: what is too long ends with the first element that does not fit,
 * cut if it is a text. What comes behind is not read. Returns false for a list of many numbers, or with anything else
 * in it, of which a part may be written.
 */
export function writeJsonList(json: JsonBuffer, list: readonly unknown[], end: number): boolean {
  if (list.length > MAX_NUMBERS_BY_HAND && typeof list[0] !== 'string') return false;
  json.byte(LIST.open);
  for (let at = 0; at < list.length; at++) {
    const start = json.position;
    const element = list[at];
    if (at > 0) json.byte(COMMA);
    // All but the last need a comma, too.
    const elementEnd = at === list.length - 1 ? end - 1 : end - 2;
    const isTooLong = typeof element === 'string' && element.length > elementEnd - json.position;
    if (!isTooLong && !writePrimitive(json, element)) return false;
    if (isTooLong || json.position > elementEnd) {
      json.rewind(start);
      if (typeof element === 'string') writeBeginning(json, element, { isFirst: at === 0, end });
      break; // later elements would take its index
    }
  }
  json.byte(LIST.close);
  return true;
}

/** Returns false for any other value, and for other numbers: a double alone takes half as long again as in JSON of many. */
function writePrimitive(json: JsonBuffer, element: unknown): boolean {
  if (typeof element === 'string') json.jsonString(element);
  else if (typeof element === 'number' && element === (element | 0))
    json.shortJson(String(element));
  else if (typeof element === 'boolean') json.shortJson(String(element));
  else if (element === null || element === undefined) json.shortJson('null');
  else return false;
  return true;
}

/** Writes what fits of the text that ends a list. */
function writeBeginning(
  json: JsonBuffer,
  text: string,
  { isFirst, end }: { readonly isFirst: boolean; readonly end: number },
): void {
  const room = end - 2 - json.position - (isFirst ? 0 : 1);
  if (room < MIN_CUT_BYTES) return;
  if (!isFirst) json.byte(COMMA);
  json.json(cutJson(text, room));
}
