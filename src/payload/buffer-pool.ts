// Owns buffers between their uses. New memory is dear: the system has to clear each page of it when it is
// first written to. Where `take` always makes one, `npm run bench -- encode` shows half as much again. Bounded.

/** What one batch is encoded into while others are sent, and smaller ones for those that are sent. */
const MAX_SPARE_BUFFERS = 6;
const MAX_SPARE_BYTES = 8 * 1_024 * 1_024;

export class BufferPool {
  #spare: Buffer<ArrayBuffer>[] = [];

  /** A buffer of at least that size, with anything in it. */
  take(minBytes: number): Buffer<ArrayBuffer> {
    return this.#takeAt(
      this.#spare.findIndex(({ length }) => length >= minBytes),
      minBytes,
    );
  }

  /** The same, and not twice as large. */
  takeSnug(minBytes: number): Buffer<ArrayBuffer> {
    const size = sizeFor(minBytes);
    return this.#takeAt(
      this.#spare.findIndex(({ length }) => length === size),
      size,
    );
  }

  /** A new one, if there is none. */
  #takeAt(index: number, minBytes: number): Buffer<ArrayBuffer> {
    const [buffer] = index < 0 ? [] : this.#spare.splice(index, 1);
    return buffer ?? Buffer.allocUnsafeSlow(sizeFor(minBytes));
  }

  /** Takes a buffer back that nobody reads or writes any more. Larger ones are worth more. */
  give(buffer: Buffer<ArrayBuffer>): void {
    const all = [...this.#spare, buffer].toSorted((a, b) => b.length - a.length);
    let bytes = 0;
    this.#spare = all.slice(0, MAX_SPARE_BUFFERS).filter(({ length }) => {
      bytes += length;
      return bytes <= MAX_SPARE_BYTES;
    });
  }
}

/** Few sizes, so that a buffer that was made for a batch is large enough for the next. */
function sizeFor(bytes: number): number {
  return 2 ** Math.ceil(Math.log2(bytes));
}
