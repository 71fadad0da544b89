// Owns the payloads that the spans of traces are cut into: each of a bounded size, and each trace in one of them, if
// it fits. Knows nothing of how spans are written.

import type { MsgpackWriter } from './msgpack-writer.js';
import { type Payload, PayloadBuilder } from './payload-builder.js';
import { noLosses, type SpanLosses, type UnwritableSpan } from './span-loss.js';

/** What spans have come to. */
export interface EncodedPart {
  readonly payloads: readonly Payload[];
  /** Spans that are in no payload, by reason. */
  readonly dropped: SpanLosses;
}

/** What is written of a trace into the open payload. */
export interface TracePart {
  startByte: number;
  /** Where the number of its spans goes. */
  header: number;
  /** Spans in the part so far. */
  spans: number;
  /** Spans that could not be encoded; they count when it is known that the part does not begin anew. */
  lost: Record<UnwritableSpan, number>;
}

export function newPart(): TracePart {
  return { startByte: 0, header: 0, spans: 0, lost: { invalid_id: 0, encode: 0 } };
}

export class PayloadSeries {
  readonly #writer: MsgpackWriter;
  readonly #maxPayloadBytes: number;
  readonly #payload: PayloadBuilder;
  #ready: Payload[] = [];
  #dropped = noLosses();

  /** @param writer Must be empty. */
  constructor(writer: MsgpackWriter, maxPayloadBytes: number) {
    this.#writer = writer;
    this.#maxPayloadBytes = maxPayloadBytes;
    this.#payload = new PayloadBuilder(writer);
  }

  /** Bytes that are left in the payload; negative if it is too large. */
  get room(): number {
    return this.#maxPayloadBytes - this.#payload.bytes;
  }

  /** Whether the payload has no trace but the one that is being written. */
  get isEmpty(): boolean {
    return this.#payload.isEmpty;
  }

  open(part: TracePart): void {
    part.startByte = this.#writer.position;
    part.header = this.#writer.openArray();
    part.spans = 0;
    part.lost.invalid_id = 0;
    part.lost.encode = 0;
  }

  /** Completes the part; one without spans is taken back. */
  close({ startByte, header, spans, lost }: TracePart): void {
    this.#dropped.invalid_id += lost.invalid_id;
    this.#dropped.encode += lost.encode;
    if (spans === 0) return this.#writer.rewind(startByte);
    this.#writer.fillCount(header, spans);
    this.#payload.add(spans);
  }

  /**
   * Makes room for the span at `spanStart`, which did not fit. The part is `moved` to the next payload, where it begins
   * anew; or, if it has this one to itself, it is `split` before the span; or the span is too large for any.
   */
  makeRoom(part: TracePart, spanStart: number): 'moved' | 'split' | 'too_large' {
    if (!this.isEmpty) {
      this.move(part);
      return 'moved';
    }
    this.#writer.rewind(spanStart);
    if (part.spans > 0) {
      this.split(part);
      return 'split';
    }
    this.#dropped.too_large++;
    this.close(part);
    return 'too_large';
  }

  /** Takes the part back, and completes the payload without it. */
  move({ startByte }: TracePart): void {
    this.#writer.rewind(startByte);
    this.complete();
  }

  /** Completes the part, and the payload with it. */
  split(part: TracePart): void {
    this.close(part);
    this.complete();
  }

  /** Counts a span that is in no part. */
  drop(reason: UnwritableSpan): void {
    this.#dropped[reason]++;
  }

  complete(): void {
    this.#take(this.#payload.complete());
  }

  completeLast(): void {
    this.#take(this.#payload.completeLast());
  }

  /** What there is since the last time. */
  takeReady(): EncodedPart {
    const part = { payloads: this.#ready, dropped: this.#dropped };
    this.#ready = [];
    this.#dropped = noLosses();
    return part;
  }

  #take(completed: Payload | undefined): void {
    if (completed !== undefined) this.#ready.push(completed);
  }
}
