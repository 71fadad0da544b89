// Owns the MessagePack forms that the v0.4 intake takes. Knows nothing of spans.

import type { Id64 } from './identifiers.js';
import { JsonBuffer, MAX_BYTES_PER_UNIT, MAX_LOOPED_UNITS } from './json-buffer.js';
import { WORD_BYTES } from './patchable-buffer.js';

/** Bytes that are written again and again. */
export interface Constant {
  readonly bytes: Uint8Array;
  /** The length of `bytes`, kept beside them because each write needs it. */
  readonly size: number;
  /** The bytes as words, if they are copied as such; the last word may reach beyond the bytes. */
  readonly words: Float64Array | undefined;
}

const FIXSTR = 0xa0;
const STR8 = 0xd9;
const STR16 = 0xda;
const STR32 = 0xdb;
const UINT8 = 0xcc;
const UINT16 = 0xcd;
const UINT32 = 0xce;
const UINT64 = 0xcf;
const FLOAT64 = 0xcb;
const ARRAY32 = 0xdd;
const MAP32 = 0xdf;

const MAX_HEADER_BYTES = 5;
const ELLIPSIS = '...';
/** Most bytes that a number takes. */
const NUMBER_BYTES = 9;
const MAX_ASCII = 0x7f;

export class MsgpackWriter extends JsonBuffer {
  bytes(encoded: Uint8Array): void {
    this.reserve(encoded.length);
    this.buffer.set(encoded, this.at);
    this.at += encoded.length;
  }

  /** Like `bytes`, for a constant. Its words may reach beyond it by almost one word. */
  constant(constant: Constant): void {
    this.reserve(constant.size + WORD_BYTES);
    this.at = this.#copy(constant);
  }

  /** Writes a key and its text as `constant` and `text` do. */
  entry(key: Constant, value: string, maxBytes: number): void {
    const units = value.length;
    this.reserve(key.size + WORD_BYTES + textRoom(units, maxBytes));
    this.at = this.#copy(key);
    const isShort = units <= MAX_LOOPED_UNITS && units <= maxBytes;
    if (!isShort || !this.#shortAscii(value)) this.#anyText(value, maxBytes);
  }

  /**
   * Writes an array or map header of fixed size whose count is filled in later.
   *
   * @returns what `fillCount` takes.
   */
  openArray(): number {
    return this.#open(ARRAY32);
  }

  openMap(): number {
    return this.#open(MAP32);
  }

  /**
   * Opens a string of at most 65 535 bytes whose content is written piece by piece.
   *
   * @returns where the content begins, which `closeText` takes.
   */
  openText(): number {
    this.reserve(3);
    this.buffer[this.at] = STR16;
    this.at += 3;
    return this.at;
  }

  closeText(opened: number): void {
    this.view.setUint16(opened - 2, this.at - opened);
  }

  uint64(id: Id64): void {
    this.reserve(9);
    this.buffer[this.at] = UINT64;
    this.patchId(this.at + 1, id);
    this.at += 9;
  }

  /** Writes a key and its number as `constant` and `number` do. */
  numberEntry(key: Constant, value: number): void {
    this.reserve(key.size + WORD_BYTES + NUMBER_BYTES);
    this.at = this.#copy(key);
    this.#number(value);
  }

  /** Writes the shortest unsigned integer, else a float64, as a metric may be. `value` must be finite. */
  number(value: number): void {
    this.reserve(NUMBER_BYTES);
    this.#number(value);
  }

  #number(value: number): void {
    const at = this.at;
    if (value >>> 0 === value) return this.#unsigned(value);
    this.buffer[at] = FLOAT64;
    this.view.setFloat64(at + 1, value);
    this.at = at + NUMBER_BYTES;
  }

  /**
   * Writes a string of at most `maxBytes` of UTF-8; a longer one is cut between characters and ends
   * in `...`. Lone surrogates become U+FFFD.
   */
  text(value: string, maxBytes: number): void {
    // Spans come from untyped JavaScript: fails before room is reserved for what may pass as a length.
    if (typeof value !== 'string') throw new TypeError('not a string');
    this.reserve(textRoom(value.length, maxBytes));
    const isShort = value.length <= MAX_LOOPED_UNITS && value.length <= maxBytes;
    if (!isShort || !this.#shortAscii(value)) this.#anyText(value, maxBytes);
  }

  /** Like most methods below, relies on room that its caller has reserved. */
  #anyText(value: string, maxBytes: number): void {
    if (value.length * MAX_BYTES_PER_UNIT <= maxBytes) this.#whole(value);
    else this.#shortened(value, maxBytes);
  }

  #shortened(value: string, maxBytes: number): void {
    const start = this.at;
    // One unit beyond the limit is enough to see that the value is too long.
    const written = this.#whole(value.length > maxBytes ? value.slice(0, maxBytes + 1) : value);
    if (written <= maxBytes) return;
    const content = this.at - written;
    const cut = this.#lastBoundary(content + maxBytes - ELLIPSIS.length);
    const length = cut - content + ELLIPSIS.length;
    const header = stringHeaderBytes(length);
    this.buffer.copyWithin(start + header, content, cut);
    this.#stringHeader(start, header, length);
    this.at = start + header + length;
    this.buffer.fill(ELLIPSIS, this.at - ELLIPSIS.length, this.at);
  }

  /**
   * Copies a word of eight bytes at a time; with `set` for all, `npm run bench -- encodeWarm` shows 4 %
   * more. There must be room for a whole last word. Returns where the next byte goes.
   */
  #copy({ bytes, size, words }: Constant): number {
    const at = this.at;
    if (words === undefined) this.buffer.set(bytes, at);
    else {
      const view = this.view;
      for (let word = 0; word < words.length; word++) {
        view.setFloat64(at + word * WORD_BYTES, words[word] ?? 0, true);
      }
    }
    return at + size;
  }

  /** Writes header and content; returns the bytes of the content. */
  #whole(value: string): number {
    const at = this.at;
    // The header is guessed from the number of characters, which is right for ASCII.
    const guessed = stringHeaderBytes(value.length);
    const written = this.buffer.write(value, at + guessed);
    const needed = stringHeaderBytes(written);
    if (needed !== guessed) {
      this.buffer.copyWithin(at + needed, at + guessed, at + guessed + written);
    }
    this.#stringHeader(at, needed, written);
    this.at = at + needed + written;
    return written;
  }

  /** Writes a short text if it is ASCII; returns whether it is. */
  #shortAscii(value: string): boolean {
    const buffer = this.buffer;
    const at = this.at;
    const units = value.length;
    for (let unit = 0; unit < units; unit++) {
      const code = value.charCodeAt(unit);
      if (code > MAX_ASCII) return false;
      buffer[at + 1 + unit] = code;
    }
    buffer[at] = FIXSTR | units;
    this.at = at + 1 + units;
    return true;
  }

  #stringHeader(at: number, header: number, length: number): void {
    switch (header) {
      case 1:
        this.buffer[at] = FIXSTR | length;
        return;
      case 2:
        this.buffer[at] = STR8;
        this.buffer[at + 1] = length;
        return;
      case 3:
        this.buffer[at] = STR16;
        this.view.setUint16(at + 1, length);
        return;
      default:
        this.buffer[at] = STR32;
        this.view.setUint32(at + 1, length);
    }
  }

  #unsigned(value: number): void {
    const at = this.at;
    if (value < 0x80) {
      this.buffer[at] = value;
      this.at = at + 1;
    } else if (value < 0x100) {
      this.buffer[at] = UINT8;
      this.buffer[at + 1] = value;
      this.at = at + 2;
    } else if (value < 0x1_0000) {
      this.buffer[at] = UINT16;
      this.view.setUint16(at + 1, value);
      this.at = at + 3;
    } else {
      this.buffer[at] = UINT32;
      this.view.setUint32(at + 1, value);
      this.at = at + 5;
    }
  }

  #open(header: number): number {
    this.reserve(5);
    this.buffer[this.at] = header;
    this.at += 5;
    return this.at - 4;
  }

  /** The last position up to `position` at which a UTF-8 character starts. */
  #lastBoundary(position: number): number {
    let at = position;
    while ((this.view.getUint8(at) & 0xc0) === 0x80) at--;
    return at;
  }
}

/** Room for a text before it is cut to `maxBytes`: at most one unit beyond `maxBytes` is looked at. */
function textRoom(units: number, maxBytes: number): number {
  return Math.min(units, maxBytes + 1) * MAX_BYTES_PER_UNIT + MAX_HEADER_BYTES;
}

function stringHeaderBytes(length: number): number {
  if (length < 32) return 1;
  if (length < 0x100) return 2;
  return length < 0x1_0000 ? 3 : 5;
}
