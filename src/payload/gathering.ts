// Owns the payloads that spans of a segment are gathered into: each of a bounded size, and each trace in
// one of them, if it fits. Knows nothing of how spans are copied.

import type { MsgpackWriter } from './msgpack-writer.js';
import { type Payload, PayloadBuilder } from './payload-builder.js';

export interface GatheredSpans {
  readonly payloads: readonly Payload[];
  /** Spans that are in no payload, because each alone is too large for one. */
  readonly tooLarge: number;
  /** Spans that are in no payload, because they could not be encoded once more. */
  readonly unencodable: number;
}

/** A chunk that is being written. */
export interface ChunkPart {
  readonly startByte: number;
  readonly header: number;
  /** Spans in the part so far. */
  spans: number;
  /** Spans that could not be encoded once more; counted when it is known that the part does not begin anew. */
  unencodable: number;
}

export class Gathering {
  readonly #writer: MsgpackWriter;
  readonly #maxPayloadBytes: number;
  readonly #payload: PayloadBuilder;
  readonly #payloads: Payload[] = [];
  #tooLarge = 0;
  #unencodable = 0;

  /** @param writer Must be empty. */
  constructor(writer: MsgpackWriter, maxPayloadBytes: number) {
    this.#writer = writer;
    this.#maxPayloadBytes = maxPayloadBytes;
    this.#payload = new PayloadBuilder(writer);
  }

  get hasOverflowed(): boolean {
    return this.room < 0;
  }

  /** Bytes that are left in the payload; negative if it is too large. */
  get room(): number {
    return this.#maxPayloadBytes - this.#payload.bytes;
  }

  openPart(): ChunkPart {
    const startByte = this.#writer.position;
    return { startByte, header: this.#writer.openArray(), spans: 0, unencodable: 0 };
  }

  /** Completes the part; one without spans is taken back. */
  closePart(part: ChunkPart): void {
    this.#unencodable += part.unencodable;
    if (part.spans === 0) return this.#writer.rewind(part.startByte);
    this.#writer.fillCount(part.header, part.spans);
    this.#payload.add(part.spans);
  }

  /**
   * Makes room for the span at `spanStart`, which did not fit: the part begins anew in the next payload, with
   * `spans` 0; or, if it has this one to itself, only its rest does; or the span is too large for any.
   */
  cutPart(part: ChunkPart, spanStart: number): 'cut' | 'too_large' {
    const isAlone = this.#payload.isEmpty;
    if (isAlone && part.spans > 0) {
      this.#writer.rewind(spanStart);
      this.closePart(part);
    } else {
      this.#writer.rewind(part.startByte);
      part.spans = 0;
    }
    const completed = this.#payload.complete();
    if (completed !== undefined) this.#payloads.push(completed);
    else {
      this.#tooLarge++;
      this.#unencodable += part.unencodable;
    }
    return completed === undefined ? 'too_large' : 'cut';
  }

  end(): GatheredSpans {
    const completed = this.#payload.completeLast();
    if (completed !== undefined) this.#payloads.push(completed);
    this.#writer.rewind(0);
    return {
      payloads: this.#payloads,
      tooLarge: this.#tooLarge,
      unencodable: this.#unencodable,
    };
  }
}
