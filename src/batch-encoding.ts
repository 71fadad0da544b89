// Owns how far the encoding of one batch has come: at once or slice by slice, each payload handed to be
// delivered when there is room for it. Knows nothing of deadlines, nor of when its turn comes.

import type { Deliveries } from './deliveries.js';
import type { Diagnostics } from './diagnostics.js';
import type { SliceOutcome } from './encoding-turns.js';
import { countOf, type DropReason } from './errors.js';
import type { Failure } from './export-failure.js';
import type { Ledger } from './ledger.js';
import type { Payload } from './payload/payload-builder.js';
import type { EncodedBatch, V04Encoder } from './payload/v04-encoder.js';
import type { PendingBytes } from './pending-bytes.js';
import type { ReadableSpan } from './sdk-contract.js';

export interface EncodingContext {
  readonly encoder: V04Encoder;
  readonly pending: PendingBytes;
  readonly ledger: Ledger;
  readonly diagnostics: Diagnostics;
}

/** What the batch processor of the SDK hands over at once is far below. */
const LARGE_BATCH_SPANS = 4_096;
/** Of the pending bytes, so that a large batch does not keep others out while it waits for the Agent. */
const LARGE_BATCH_SHARE = 0.5;

type EncodingState =
  | {
      readonly phase: 'encoding';
      readonly spans: readonly ReadableSpan[];
      /** Index of the first span that is not encoded. */
      from: number;
      /** Encoded, and waiting for room among the pending bytes. */
      held: readonly Payload[];
    }
  | { readonly phase: 'ended' };

export class BatchEncoding {
  readonly #context: EncodingContext;
  readonly #deliveries: Deliveries;
  /** Lets go of the spans when it has ended: the bytes may have to wait much longer. */
  #state: EncodingState;

  constructor(spans: readonly ReadableSpan[], context: EncodingContext, deliveries: Deliveries) {
    this.#state = { phase: 'encoding', spans, from: 0, held: [] };
    this.#context = context;
    this.#deliveries = deliveries;
  }

  /** A payload that finds no room is lost: the caller has turned to other things. */
  encodeAll(): void {
    this.#encode(Infinity);
    this.drop({ kind: 'queue_full', attempts: 0 });
  }

  /** A payload that finds no room waits for it, as does the rest of the batch. */
  encodeSlice(maxSpans: number): SliceOutcome {
    if (this.#state.phase === 'ended') return 'done';
    if (this.#state.held.length === 0) {
      const share = this.#state.spans.length > LARGE_BATCH_SPANS ? LARGE_BATCH_SHARE : 1;
      const count = Math.min(maxSpans, this.#context.pending.spansThatFit(share));
      if (count === 0) return 'blocked';
      this.#encode(count);
    } else {
      this.#state.held = this.#deliver(this.#state.held);
    }
    return this.#outcome();
  }

  /** Drops what is not on its way yet; nothing is encoded afterwards. */
  drop(why: Omit<Failure, 'spans'>): void {
    if (this.#state.phase === 'ended') return;
    const { spans: all, from, held } = this.#state;
    this.#state = { phase: 'ended' };
    const rest = all.length - from;
    this.#context.ledger.take(rest);
    const spans = held.reduce((sum, { spanCount }) => sum + spanCount, rest);
    if (spans > 0) this.#deliveries.fail({ ...why, spans });
  }

  #outcome(): SliceOutcome {
    if (this.#state.phase === 'ended') return 'done'; // a getter of a span may have seen to that
    if (this.#state.held.length > 0) return 'blocked';
    if (this.#state.from < this.#state.spans.length) return 'more';
    this.#state = { phase: 'ended' };
    return 'done';
  }

  #encode(count: number): void {
    const { ledger, pending } = this.#context;
    const state = this.#state;
    if (state.phase === 'ended') return;
    const slice = state.spans.slice(state.from, state.from + count);
    const encoded = this.#encodeGuarded(slice);
    if (this.#state !== state) return;
    state.from += slice.length;
    ledger.take(slice.length);
    if (encoded instanceof Error) {
      this.#deliveries.fail({ kind: 'encode', spans: slice.length, attempts: 0, cause: encoded });
      return;
    }
    this.#noteDropped(encoded.dropped);
    for (const { spanCount, body } of encoded.payloads) pending.learn(spanCount, body.length);
    state.held = this.#deliver(encoded.payloads);
  }

  /** Spans are guarded one by one by the encoder; this is for what nobody thought of. */
  #encodeGuarded(spans: readonly ReadableSpan[]): EncodedBatch | Error {
    try {
      return this.#context.encoder.encode(spans);
    } catch (error) {
      return error instanceof Error ? error : new Error(String(error));
    }
  }

  /** Spans that no Agent would take are dropped and counted; they do not fail the others. */
  #noteDropped(dropped: EncodedBatch['dropped']): void {
    const { ledger, diagnostics } = this.#context;
    const reasons: readonly [DropReason, number, string][] = [
      ['invalid_id', dropped.invalid_id, 'its trace or span id is malformed or zero'],
      ['encode', dropped.encode, 'reading it threw an error'],
      ['too_large', dropped.too_large, 'it is larger than `maxPayloadBytes`'],
    ];
    for (const [reason, spans, why] of reasons) {
      if (spans === 0) continue;
      ledger.dropped(reason, spans);
      diagnostics.warn(reason, `${countOf(spans, 'span')} dropped, each because ${why}`);
    }
  }

  /** Hands over the payloads for which there is room; returns the others. */
  #deliver(payloads: readonly Payload[]): readonly Payload[] {
    return payloads.filter((payload) => {
      const release = this.#context.pending.reserve(payload.body.length);
      if (release !== undefined) this.#deliveries.add(payload, release);
      return release === undefined;
    });
  }
}
