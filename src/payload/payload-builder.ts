// Owns the array of chunks that one payload is: its header, its size, and the copy that leaves the
// encoder. Knows nothing of spans.

import type { MsgpackWriter } from './msgpack-writer.js';

/** The body of one request. */
export interface Payload {
  readonly body: Uint8Array;
  readonly chunkCount: number;
  readonly spanCount: number;
  /** Where each chunk is, in the order of the body. */
  readonly chunks: readonly ChunkExtent[];
}

export interface ChunkExtent {
  /** Offset in the body of the first byte after the chunk. */
  readonly endByte: number;
  readonly spanCount: number;
  /** 32 hexadecimal digits. */
  readonly traceId: string;
}

export class PayloadBuilder {
  readonly #writer: MsgpackWriter;
  #start = 0;
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

  /** Bytes of the payload so far, with what is being written. */
  get bytes(): number {
    return this.#writer.position - this.#start;
  }

  /** Takes the chunk that was just written. */
  add(spanCount: number, traceId: string): void {
    this.#chunks.push({ endByte: this.bytes, spanCount, traceId });
    this.#spanCount += spanCount;
  }

  /** Completes the payload, if there is anything in it, and opens the next one. */
  complete(): Payload | undefined {
    if (this.isEmpty) return undefined;
    this.#writer.fillCount(this.#header, this.#chunks.length);
    const payload = {
      body: this.#writer.copyFrom(this.#start),
      chunkCount: this.#chunks.length,
      spanCount: this.#spanCount,
      chunks: this.#chunks,
    };
    this.#writer.rewind(this.#start);
    this.#open();
    return payload;
  }

  #open(): void {
    this.#start = this.#writer.position;
    this.#header = this.#writer.openArray();
    this.#chunks = [];
    this.#spanCount = 0;
  }
}
