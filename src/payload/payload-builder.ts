// Owns one payload, an array of chunks: its header and its size. Knows nothing of spans.

import type { MsgpackWriter } from './msgpack-writer.js';

/** The body of one request. */
export interface Payload {
  readonly body: Uint8Array;
  readonly chunkCount: number;
  readonly spanCount: number;
  /** Where each chunk is, in the order of the body. */
  readonly chunks: readonly ChunkExtent[];
  /** To be called once, when nobody will read the body any more: a later payload gets its memory. */
  readonly recycle: () => void;
}

interface ChunkExtent {
  /** Offset in the body of the first byte after the chunk. */
  readonly endByte: number;
  readonly spanCount: number;
}

export class PayloadBuilder {
  readonly #writer: MsgpackWriter;
  #header = 0;
  #chunks: ChunkExtent[] = [];
  #spanCount = 0;

  constructor(writer: MsgpackWriter) {
    this.#writer = writer;
    this.#open();
  }

  get isEmpty(): boolean {
    return this.#chunks.length === 0;
  }

  /** Bytes of the payload so far, with the chunk being written; nothing else is in the writer. */
  get bytes(): number {
    return this.#writer.position;
  }

  /** Takes the next chunk, which was just written unless it is said where it ends. */
  add(spanCount: number, endByte: number = this.bytes): void {
    this.#chunks.push({ endByte, spanCount });
    this.#spanCount += spanCount;
  }

  /** Completes the payload, if there is anything in it, and opens the next one. */
  complete(): Payload | undefined {
    const payload = this.completeLast();
    if (payload !== undefined) this.#open();
    return payload;
  }

  /** Like `complete`, without opening another one. */
  completeLast(): Payload | undefined {
    if (this.isEmpty) return undefined;
    this.#writer.fillCount(this.#header, this.#chunks.length);
    const { bytes, recycle } = this.#writer.handOver();
    return {
      body: bytes,
      chunkCount: this.#chunks.length,
      spanCount: this.#spanCount,
      chunks: this.#chunks,
      recycle,
    };
  }

  #open(): void {
    this.#header = this.#writer.openArray();
    this.#chunks = [];
    this.#spanCount = 0;
  }
}
