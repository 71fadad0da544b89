// Owns a growing buffer and the MessagePack forms that the v0.4 intake takes. Knows nothing of
// spans. One buffer is reused for every payload, unless somebody leaves with it in the middle of one.

import type { Id64 } from './identifiers.js';

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

/** A string of n UTF-16 units has at most 3n UTF-8 bytes. */
const MAX_BYTES_PER_UNIT = 3;
const ELLIPSIS = '...';

/** What was written before a pause. */
export interface ParkedBytes {
  readonly buffer: Buffer<ArrayBuffer>;
  readonly view: DataView;
  readonly position: number;
}

/** Room for nothing; the first byte replaces it. */
const NO_BUFFER = Buffer.allocUnsafeSlow(0);

export class MsgpackWriter {
  readonly #initialBytes: number;
  #buffer: Buffer<ArrayBuffer>;
  #view: DataView;
  #position = 0;

  constructor(initialBytes: number = 64 * 1024) {
    this.#initialBytes = initialBytes;
    this.#buffer = Buffer.allocUnsafeSlow(initialBytes);
    this.#view = viewOf(this.#buffer);
  }

  /** Bytes written so far; where the next one goes. */
  get position(): number {
    return this.#position;
  }

  /** Forgets everything from `position` on. */
  rewind(position: number): void {
    this.#position = position;
  }

  /** A copy of the bytes from `start` to the present position. */
  copyFrom(start: number): Uint8Array {
    const bytes = Buffer.allocUnsafeSlow(this.#position - start);
    this.#buffer.copy(bytes, 0, start, this.#position);
    return bytes;
  }

  /** Leaves with what was written, so that the writer can be used for something else meanwhile. */
  park(): ParkedBytes {
    const parked = { buffer: this.#buffer, view: this.#view, position: this.#position };
    this.#replace(NO_BUFFER);
    this.#position = 0;
    return parked;
  }

  /** Goes on where `park` left. */
  resume({ buffer, view, position }: ParkedBytes): void {
    this.#buffer = buffer;
    this.#view = view;
    this.#position = position;
  }

  /** Gives memory back after an unusually large payload. */
  shrink(maxBytes: number): void {
    this.#position = 0;
    if (this.#buffer.length > maxBytes) this.#replace(NO_BUFFER);
  }

  bytes(encoded: Uint8Array): void {
    this.#reserve(encoded.length);
    this.#buffer.set(encoded, this.#position);
    this.#position += encoded.length;
  }

  /**
   * An array or map header of fixed size whose count is filled in later.
   *
   * @returns what `fillCount` takes.
   */
  openArray(): number {
    return this.#open(ARRAY32);
  }

  openMap(): number {
    return this.#open(MAP32);
  }

  fillCount(opened: number, count: number): void {
    this.#view.setUint32(opened, count);
  }

  /** The raw eight bytes of an id, over what a template left at `position`. */
  patchId(position: number, id: Id64): void {
    this.#view.setUint32(position, id.high);
    this.#view.setUint32(position + 4, id.low);
  }

  /** The raw eight bytes of an int64, over what a template left at `position`. */
  patchInt64(position: number, value: bigint): void {
    this.#view.setBigInt64(position, value);
  }

  patchByte(position: number, value: number): void {
    this.#buffer[position] = value;
  }

  uint64(id: Id64): void {
    this.#reserve(9);
    this.#buffer[this.#position] = UINT64;
    this.patchId(this.#position + 1, id);
    this.#position += 9;
  }

  /** Shortest unsigned integer, else float64: what a metric may be. `value` is finite. */
  number(value: number): void {
    this.#reserve(9);
    const at = this.#position;
    if (value >= 0 && value <= 0xffff_ffff && Number.isInteger(value)) return this.#unsigned(value);
    this.#buffer[at] = FLOAT64;
    this.#view.setFloat64(at + 1, value);
    this.#position = at + 9;
  }

  /**
   * A string of at most `maxBytes` of UTF-8; a longer one is cut between characters and ends in
   * `...`. Lone surrogates become U+FFFD.
   */
  text(value: string, maxBytes: number): void {
    // Spans come from JavaScript; `undefined` bytes would double the buffer before they fail.
    if (typeof value !== 'string') throw new TypeError('not a string');
    if (value.length * MAX_BYTES_PER_UNIT <= maxBytes) {
      this.#text(value);
      return;
    }
    const start = this.#position;
    // One unit beyond the limit is enough to see that the value is too long.
    const written = this.#text(value.length > maxBytes ? value.slice(0, maxBytes + 1) : value);
    if (written <= maxBytes) return;
    const content = this.#position - written;
    const cut = this.#lastBoundary(content + maxBytes - ELLIPSIS.length);
    const kept = this.#buffer.toString('utf8', content, cut);
    this.#position = start;
    this.#text(kept + ELLIPSIS);
  }

  /** Writes header and content; returns the bytes of the content. */
  #text(value: string): number {
    this.#reserve(value.length * MAX_BYTES_PER_UNIT + 5);
    const at = this.#position;
    // The header is guessed from the number of characters, which is right for ASCII.
    const guessed = stringHeaderBytes(value.length);
    const written = this.#buffer.write(value, at + guessed);
    const needed = stringHeaderBytes(written);
    if (needed !== guessed) {
      this.#buffer.copyWithin(at + needed, at + guessed, at + guessed + written);
    }
    this.#stringHeader(at, needed, written);
    this.#position = at + needed + written;
    return written;
  }

  #stringHeader(at: number, header: number, length: number): void {
    switch (header) {
      case 1:
        this.#buffer[at] = FIXSTR | length;
        return;
      case 2:
        this.#buffer[at] = STR8;
        this.#buffer[at + 1] = length;
        return;
      case 3:
        this.#buffer[at] = STR16;
        this.#view.setUint16(at + 1, length);
        return;
      default:
        this.#buffer[at] = STR32;
        this.#view.setUint32(at + 1, length);
    }
  }

  #unsigned(value: number): void {
    const at = this.#position;
    if (value < 0x80) {
      this.#buffer[at] = value;
      this.#position = at + 1;
    } else if (value < 0x100) {
      this.#buffer[at] = UINT8;
      this.#buffer[at + 1] = value;
      this.#position = at + 2;
    } else if (value < 0x1_0000) {
      this.#buffer[at] = UINT16;
      this.#view.setUint16(at + 1, value);
      this.#position = at + 3;
    } else {
      this.#buffer[at] = UINT32;
      this.#view.setUint32(at + 1, value);
      this.#position = at + 5;
    }
  }

  #open(header: number): number {
    this.#reserve(5);
    this.#buffer[this.#position] = header;
    this.#position += 5;
    return this.#position - 4;
  }

  /** The last position up to `position` at which a UTF-8 character starts. */
  #lastBoundary(position: number): number {
    let at = position;
    while ((this.#view.getUint8(at) & 0xc0) === 0x80) at--;
    return at;
  }

  #reserve(bytes: number): void {
    const needed = this.#position + bytes;
    if (needed <= this.#buffer.length) return;
    let length = Math.max(this.#buffer.length * 2, this.#initialBytes);
    while (length < needed) length *= 2;
    const larger = Buffer.allocUnsafeSlow(length);
    this.#buffer.copy(larger, 0, 0, this.#position);
    this.#replace(larger);
  }

  #replace(buffer: Buffer<ArrayBuffer>): void {
    this.#buffer = buffer;
    this.#view = viewOf(buffer);
  }
}

function viewOf(buffer: Buffer<ArrayBuffer>): DataView {
  return new DataView(buffer.buffer, buffer.byteOffset, buffer.length);
}

function stringHeaderBytes(length: number): number {
  if (length < 32) return 1;
  if (length < 0x100) return 2;
  return length < 0x1_0000 ? 3 : 5;
}
