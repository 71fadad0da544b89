// Owns buffers between their uses. New memory is expensive: the system has to clear each page when it is first
// written to. With a new buffer for each `take`, `npm run bench -- encode` shows half as much again. Bounded.

/** Enough for one that a batch is encoded into while others are sent, and for smaller ones that are sent. */
const MAX_SPARE_BUFFERS = 6;
const MAX_SPARE_BYTES = 8 * 1_024 * 1_024;

export class BufferPool {
  /** Those that were given back, the latest first. */
  #spare: Buffer<ArrayBuffer>[] = [];

  /** The smallest buffer of at least that size, with any content. */
  take(minBytes: number): Buffer<ArrayBuffer> {
    const sizes = this.#spare.map(({ length }) => length).filter((length) => length >= minBytes);
    const smallest = Math.min(...sizes);
    return this.#takeAt(
      this.#spare.findIndex(({ length }) => length === smallest),
      minBytes,
    );
  }

  /** Like `take`, but less than twice as large. */
  takeSnug(minBytes: number): Buffer<ArrayBuffer> {
    const size = sizeFor(minBytes);
    return this.#takeAt(
      this.#spare.findIndex(({ length }) => length === size),
      size,
    );
  }

  /** The spare buffer at `index`, or a new one if there is none. */
  #takeAt(index: number, minBytes: number): Buffer<ArrayBuffer> {
    const [buffer] = index < 0 ? [] : this.#spare.splice(index, 1);
    return buffer ?? Buffer.allocUnsafeSlow(sizeFor(minBytes));
  }

  /**
   * Takes back a buffer that nobody reads or writes any more. Keeps the latest: after a burst, or one large payload, the
   * largest would stay, and each payload of the usual size be copied into new memory.
   */
  give(buffer: Buffer<ArrayBuffer>): void {
    if (buffer.length > MAX_SPARE_BYTES) return; // must not drive out those that can be kept
    let bytes = 0;
    this.#spare = [buffer, ...this.#spare].slice(0, MAX_SPARE_BUFFERS).filter(({ length }) => {
      bytes += length;
      return bytes <= MAX_SPARE_BYTES;
    });
  }
}

/** A power of two: sizes are few, so that a buffer made for one batch is large enough for the next. */
function sizeFor(bytes: number): number {
  return 2 ** Math.ceil(Math.log2(bytes));
}
