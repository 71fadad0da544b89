// Owns writing JSON as bytes: each piece goes directly into the buffer, without a string that is put together
// first. Knows nothing of MessagePack, nor of what the JSON tells.

import { PatchableBuffer } from './patchable-buffer.js';

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const FIRST_PLAIN = 0x20;
const LAST_PLAIN = 0x7e;
const ZERO = 0x30;
export const COMMA = 0x2c;
export const LIST = { open: 0x5b, close: 0x5d };
/**
 * Up to this length, a loop over the characters is faster than a call of `Buffer.write`: with 0,
 * `npm run bench -- encodeWarm` shows a tenth more.
 */
export const MAX_LOOPED_UNITS = 24;
/** A string of n UTF-16 units has at most 3n UTF-8 bytes. */
export const MAX_BYTES_PER_UNIT = 3;

export class JsonBuffer extends PatchableBuffer {
  byte(value: number): void {
    this.reserve(1);
    this.buffer[this.at++] = value;
  }

  /** Writes text that is JSON already. */
  json(text: string): void {
    this.reserve(text.length * MAX_BYTES_PER_UNIT);
    this.at += this.buffer.write(text, this.at);
  }

  /** Like `json`, for a few ASCII characters, such as those of a number. */
  shortJson(text: string): void {
    const { length } = text;
    this.reserve(length);
    for (let unit = 0; unit < length; unit++) this.buffer[this.at + unit] = text.charCodeAt(unit);
    this.at += length;
  }

  /** Writes an integer below 2^31, of at most `count` digits, padded with zeros to `count`. */
  digits(integer: number, count: number): void {
    this.reserve(count);
    let rest = integer | 0;
    for (let at = this.at + count - 1; at >= this.at; at--) {
      const tens = (rest / 10) | 0;
      this.buffer[at] = ZERO + rest - tens * 10;
      rest = tens;
    }
    this.at += count;
  }

  /** Writes a text as a JSON string. */
  jsonString(text: string): void {
    if (text.length > MAX_LOOPED_UNITS || !this.#plainString(text)) this.json(JSON.stringify(text));
  }

  /** Writes a text in which nothing is escaped or takes more than a byte; false for any other. */
  #plainString(text: string): boolean {
    const { length } = text;
    this.reserve(length + 2);
    const { buffer, at } = this;
    for (let unit = 0; unit < length; unit++) {
      const code = text.charCodeAt(unit);
      const isPlain = code >= FIRST_PLAIN && code <= LAST_PLAIN;
      if (!isPlain || code === QUOTE || code === BACKSLASH) return false;
      buffer[at + 1 + unit] = code;
    }
    buffer[at] = QUOTE;
    buffer[at + 1 + length] = QUOTE;
    this.at = at + length + 2;
    return true;
  }
}
