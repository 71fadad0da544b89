// Owns filling in values that are known only later, over bytes that have been written: counts, ids, times.
// Knows nothing of what is written next.

import { GrowingBuffer } from './growing-buffer.js';
import { hexDigit, type Id64 } from './identifiers.js';

/** Size of a double, as which bytes are copied at once. */
export const WORD_BYTES = 8;

export class PatchableBuffer extends GrowingBuffer {
  fillCount(opened: number, count: number): void {
    this.view.setUint32(opened, count);
  }

  addToCount(opened: number, more: number): void {
    this.view.setUint32(opened, this.view.getUint32(opened) + more);
  }

  /** Writes the eight bytes of an id over the placeholder at `position`. */
  patchId(position: number, id: Id64): void {
    this.patchHalves(position, id.high, id.low);
  }

  /** Writes the eight bytes of an unsigned 64-bit integer over the placeholder at `position`. */
  patchHalves(position: number, high: number, low: number): void {
    this.view.setUint32(position, high);
    this.view.setUint32(position + 4, low);
  }

  /**
   * Writes an id of 16 hexadecimal digits as eight bytes over the placeholder at `position`; false if
   * the id is malformed or zero.
   */
  patchHex64(position: number, id: string): boolean {
    const buffer = this.buffer;
    let all = 0;
    for (let byte = 0; byte < 8; byte++) {
      const high = hexDigit(id.charCodeAt(byte * 2));
      const low = hexDigit(id.charCodeAt(byte * 2 + 1));
      all |= high | low;
      buffer[position + byte] = (high << 4) | low;
    }
    return id.length === 16 && all > 0 && all < 16;
  }

  /**
   * Writes ASCII text without a header over the placeholder at `position`, and reads it back into `words`. Only
   * text can be held in words, for the reason that `constantOf` gives.
   */
  patchAscii(position: number, text: string, words: Float64Array): void {
    const buffer = this.buffer;
    for (let unit = 0; unit < text.length; unit++) buffer[position + unit] = text.charCodeAt(unit);
    for (let word = 0; word < words.length; word++) {
      words[word] = this.view.getFloat64(position + word * WORD_BYTES, true);
    }
  }

  /** Writes words over the placeholder at `position`. */
  patchWords(position: number, words: Float64Array): void {
    const view = this.view;
    for (let word = 0; word < words.length; word++) {
      view.setFloat64(position + word * WORD_BYTES, words[word] ?? 0, true);
    }
  }

  /** Writes the words of text at `from` once more; they must not be the last bytes. */
  copyWords(from: number, words: number): void {
    this.reserve(words * WORD_BYTES);
    const { view, at } = this;
    for (let offset = 0; offset < words * WORD_BYTES; offset += WORD_BYTES) {
      view.setFloat64(at + offset, view.getFloat64(from + offset));
    }
    this.at = at + words * WORD_BYTES;
  }

  /** Writes the eight bytes of an int64 over the placeholder at `position`. */
  patchInt64(position: number, value: bigint): void {
    this.view.setBigInt64(position, value);
  }

  patchByte(position: number, value: number): void {
    this.buffer[position] = value;
  }
}
