// Owns how far the encoding of one batch has come: at once or slice by slice, each payload handed to be
// delivered when there is room for it. Knows nothing of deadlines, nor of when its turn comes.

import type { Deliveries } from './deliveries.js';
import type { Diagnostics } from './diagnostics.js';
import type { SliceOutcome } from './encoding-turns.js';
import { countOf, type DropReason } from './errors.js';
import type { Failure } from './export-failure.js';
import type { Dispose } from './lang/clock.js';
import type { Ledger } from './ledger.js';
import type { Payload } from './payload/payload-builder.js';
import { joinPayloads } from './payload/payload-parts.js';
import type { EncodedBatch, V04Encoder } from './payload/v04-encoder.js';
import type { PendingBytes } from './pending-bytes.js';
import type { ReadableSpan } from './sdk-contract.js';

export interface EncodingContext {
  readonly encoder: V04Encoder;
  /** Payloads are not joined beyond it. */
  readonly maxPayloadBytes: number;
  readonly pending: PendingBytes;
  readonly ledger: Ledger;
  readonly diagnostics: Diagnostics;
}

/** Encoded, with room among the pending bytes, and kept together until they fill a request. */
interface Shipment {
  readonly payloads: Payload[];
  readonly releases: Dispose[];
  /** An Agent takes a trace twice in one payload for two. */
  readonly traceIds: Set<string>;
  bytes: number;
}

/** Payloads are joined up to this size; copying it takes 1 ms of a turn. */
const MAX_JOINED_BYTES = 2 * 1_024 * 1_024;
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
  #shipment: Shipment = emptyShipment();

  constructor(spans: readonly ReadableSpan[], context: EncodingContext, deliveries: Deliveries) {
    this.#state = { phase: 'encoding', spans, from: 0, held: [] };
    this.#context = context;
    this.#deliveries = deliveries;
  }

  /** A payload that finds no room is lost: the caller has turned to other things. */
  encodeAll(): void {
    this.#encode(Infinity);
    this.#ship();
    this.drop({ kind: 'queue_full', attempts: 0 });
  }

  /** A payload that finds no room waits for it, as does the rest of the batch. */
  encodeSlice(maxSpans: number): SliceOutcome {
    if (this.#state.phase === 'ended') return 'done';
    if (this.#state.held.length === 0) {
      const share = this.#state.spans.length > LARGE_BATCH_SPANS ? LARGE_BATCH_SHARE : 1;
      const count = Math.min(maxSpans, this.#context.pending.spansThatFit(share));
      if (count === 0) {
        this.#ship(); // or its room would never come back
        return 'blocked';
      }
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
    const { payloads, releases } = this.#shipment;
    this.#shipment = emptyShipment();
    for (const release of releases) release();
    const unsent = [...held, ...payloads];
    const spans = unsent.reduce((sum, { spanCount }) => sum + spanCount, rest);
    if (spans > 0) this.#deliveries.fail({ ...why, spans });
  }

  #outcome(): SliceOutcome {
    if (this.#state.phase === 'ended') return 'done'; // a getter of a span may have seen to that
    if (this.#state.held.length > 0) {
      this.#ship();
      return 'blocked';
    }
    if (this.#state.from < this.#state.spans.length) return 'more';
    this.#ship();
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
    for (const { spanCount, body } of encoded.payloads) pending.learn(spanCount, body.length);
    state.held = this.#deliver(encoded.payloads);
    this.#noteDropped(encoded.dropped); // last, as a logger or an instrument of the user may abort
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

  /** Takes the payloads for which there is room; returns the others. */
  #deliver(payloads: readonly Payload[]): readonly Payload[] {
    return payloads.filter((payload) => {
      const release = this.#context.pending.reserve(payload.body.length);
      if (release !== undefined) this.#addToShipment(payload, release);
      return release === undefined;
    });
  }

  #addToShipment(payload: Payload, release: Dispose): void {
    const { bytes, traceIds } = this.#shipment;
    const maxBytes = Math.min(this.#context.maxPayloadBytes, MAX_JOINED_BYTES);
    const isTooMuch = bytes + payload.body.length > maxBytes;
    if (isTooMuch || payload.chunks.some(({ traceId }) => traceIds.has(traceId))) this.#ship();
    const shipment = this.#shipment;
    shipment.payloads.push(payload);
    shipment.releases.push(release);
    shipment.bytes += payload.body.length;
    for (const { traceId } of payload.chunks) shipment.traceIds.add(traceId);
  }

  /** Hands over what has come together. */
  #ship(): void {
    const { payloads, releases } = this.#shipment;
    if (payloads.length === 0) return;
    this.#shipment = emptyShipment();
    this.#deliveries.add(joinPayloads(payloads), () => {
      for (const release of releases) release();
    });
  }
}

function emptyShipment(): Shipment {
  return { payloads: [], releases: [], traceIds: new Set(), bytes: 0 };
}
