// Owns the memory that is written into: it grows as needed, is set aside in the middle of a batch, and
// handed over when a payload is complete. Knows nothing of what is written.

import { BufferPool } from './buffer-pool.js';

/** What was written before a pause. */
export interface ParkedBytes {
  readonly buffer: Buffer<ArrayBuffer>;
  readonly view: DataView;
  readonly position: number;
}

interface HandedOver {
  readonly bytes: Uint8Array;
  /** To be called once, by the owner of the bytes, when nobody will read them any more. */
  readonly recycle: () => void;
}

/** A buffer that is handed over may be at most twice as large as its content. */
const MAX_WASTE = 2;
/** An empty buffer; the first byte replaces it. */
const NO_BUFFER = Buffer.allocUnsafeSlow(0);

export class GrowingBuffer {
  protected buffer: Buffer<ArrayBuffer> = NO_BUFFER;
  protected view: DataView = viewOf(NO_BUFFER);
  /** The length of `buffer`, kept beside it because each write needs it. */
  #capacity = 0;
  /** Where the next byte goes. */
  protected at = 0;
  readonly #initialBytes: number;
  readonly #pool = new BufferPool();
  /** Size of what was last handed over without a copy; where that ends, at least half of it. The next may be as large. */
  #lastBytes = 0;
  /** Bytes that were written and forgotten. */
  #forgotten = 0;

  constructor(initialBytes: number = 64 * 1024) {
    this.#initialBytes = initialBytes;
  }

  /** Bytes written so far; where the next one goes. */
  get position(): number {
    return this.at;
  }

  /** What has been written since some moment, those bytes included that were forgotten: a measure of the work. */
  get written(): number {
    return this.at + this.#forgotten;
  }

  /** Forgets everything from `position` on. */
  rewind(position: number): void {
    this.#forgotten += this.at - position;
    this.at = position;
  }

  /** A copy of the bytes from `start` to the present position. */
  copyFrom(start: number): Uint8Array {
    return Buffer.from(this.buffer.subarray(start, this.at));
  }

  /** Writes bytes that are in another buffer. */
  copyOf(other: GrowingBuffer, start: number, end: number): void {
    this.reserve(end - start);
    this.at += other.buffer.copy(this.buffer, this.at, start, end);
  }

  /**
   * Hands over all bytes written so far; the next one is the first again. They are copied only if they are few
   * for their buffer; once they have been read, `recycle` makes their memory available again.
   */
  handOver(): HandedOver {
    const { buffer, at: length } = this;
    this.at = 0;
    if (length * MAX_WASTE < buffer.length) return this.#copyOut(length);
    this.#replace(NO_BUFFER);
    this.#lastBytes = length;
    return this.#handedOver(buffer, length);
  }

  /** Copies into memory that was used before: new memory would take longer than the copy, see `BufferPool`. */
  #copyOut(length: number): HandedOver {
    const copy = this.#pool.takeSnug(length);
    this.buffer.copy(copy, 0, 0, length);
    if (this.buffer.length > this.#initialBytes) this.#changeBuffer(length);
    return this.#handedOver(copy, length);
  }

  /** Looks for a smaller buffer: after one large payload, all that follow would be copied. */
  #changeBuffer(lastBytes: number): void {
    this.#lastBytes = Math.max(lastBytes, this.#lastBytes / 2);
    this.#pool.give(this.buffer);
    this.#replace(NO_BUFFER);
  }

  #handedOver(buffer: Buffer<ArrayBuffer>, length: number): HandedOver {
    return { bytes: buffer.subarray(0, length), recycle: () => this.#pool.give(buffer) };
  }

  /** Sets aside what was written, so that something else can be written meanwhile. */
  park(): ParkedBytes {
    const parked = { buffer: this.buffer, view: this.view, position: this.at };
    this.#replace(NO_BUFFER);
    this.at = 0;
    return parked;
  }

  /** Goes on where `park` left off. */
  resume({ buffer, view, position }: ParkedBytes): void {
    this.buffer = buffer;
    this.view = view;
    this.#capacity = buffer.length;
    this.at = position;
  }

  /** Starts anew, and gives memory back after an unusually large payload. */
  shrink(maxBytes: number): void {
    this.at = 0;
    if (this.buffer.length > maxBytes) this.#replace(NO_BUFFER);
  }

  /** Makes sure that there is room for so many more bytes. */
  protected reserve(bytes: number): void {
    const needed = this.at + bytes;
    if (needed > this.#capacity) this.#grow(needed);
  }

  #grow(needed: number): void {
    let length = Math.max(this.buffer.length * 2, this.#initialBytes, this.#lastBytes);
    while (length < needed) length *= 2;
    const larger = this.#pool.take(length);
    this.buffer.copy(larger, 0, 0, this.at);
    if (this.buffer !== NO_BUFFER) this.#pool.give(this.buffer);
    this.#replace(larger);
  }

  #replace(buffer: Buffer<ArrayBuffer>): void {
    this.buffer = buffer;
    this.view = viewOf(buffer);
    this.#capacity = buffer.length;
  }
}

function viewOf(buffer: Buffer<ArrayBuffer>): DataView {
  return new DataView(buffer.buffer, buffer.byteOffset, buffer.length);
}
