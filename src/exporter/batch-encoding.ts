// Owns the progress of encoding one batch, at once or slice by slice; each payload is handed on for
// delivery when there is room for it. Knows nothing of deadlines, nor of when its turn comes.

import type { Diagnostics } from '../diagnostics.js';
import { nothingToDispose } from '../lang/clock.js';
import type { Ledger } from '../ledger.js';
import type { Payload } from '../payload/payload-builder.js';
import type { EncodedPart } from '../payload/payload-series.js';
import { lostSpansOf } from '../payload/span-loss.js';
import type { SpanEncoding } from '../payload/v04-encoding.js';
import type { Deliveries } from './deliveries.js';
import { noteDropped } from './dropped-spans.js';
import { MAX_SPANS_AT_ONCE, type SliceOutcome, type SlicePace } from './encoding-turns.js';
import type { Failure } from './export-failure.js';
import type { ExportSource } from './export-source.js';
import type { PendingBytes } from './pending-bytes.js';

export interface EncodingContext {
  readonly pending: PendingBytes;
  readonly ledger: Ledger;
  readonly diagnostics: Diagnostics;
}

/**
 * A slice ends with so many bytes, however few its spans, of which a usual one has some 1 300: in slices bounded by
 * number, 512 spans with a list of 1 536 doubles each, after cheap ones, blocked for a quarter of a second.
 */
const SLICE_BYTES = 128 * 1024;
/** Most spans that are encoded between two looks at the clock when the event loop has ended. */
const REST_SLICE_SPANS = 256;
/** Share of the pending bytes for a large batch, which must not keep others out while it waits for the Agent. */
const LARGE_BATCH_SHARE = 0.5;

type BatchState =
  | {
      readonly phase: 'encoding';
      readonly encoding: SpanEncoding;
      /** Number of spans that the ledger still counts as buffered. */
      buffered: number;
      /** Encoded payloads that wait for room among the pending bytes. */
      held: readonly Payload[];
    }
  | { readonly phase: 'ended' };

export class BatchEncoding {
  readonly #context: EncodingContext;
  readonly #deliveries: Deliveries;
  readonly #share: number;
  /** Releases the spans once encoding has ended: the bytes may have to wait much longer. */
  #state: BatchState;

  constructor(source: ExportSource, context: EncodingContext, deliveries: Deliveries) {
    const { spanCount } = source;
    this.#state = { phase: 'encoding', encoding: source.begin(), buffered: spanCount, held: [] };
    this.#context = context;
    this.#deliveries = deliveries;
    this.#share = spanCount > MAX_SPANS_AT_ONCE ? LARGE_BATCH_SHARE : 1;
  }

  /**
   * At the pace `now`, while the caller of `export()` waits, a payload that finds no room is lost. At the pace
   * `later`, it waits for room, as does the rest of the batch.
   */
  encodeSlice(maxSpans: number, pace: SlicePace): SliceOutcome {
    if (this.#state.phase === 'ended') return 'done';
    if (pace === 'now') {
      this.#encode((encoding) => encoding.advance(maxSpans, SLICE_BYTES));
      this.#loseHeld();
      return this.#outcome();
    }
    if (this.#state.held.length > 0) {
      this.#state.held = this.#deliver(this.#state.held);
      return this.#outcome();
    }
    const { openBytes } = this.#state.encoding;
    const count = Math.min(maxSpans, this.#context.pending.spansThatFit(this.#share, openBytes));
    if (count === 0 && openBytes === 0) return 'blocked';
    // If nothing more fits, the open payload is cut and sent; otherwise its room would never be released.
    this.#encode((encoding) =>
      count === 0 ? encoding.completeOpen() : encoding.advance(count, SLICE_BYTES),
    );
    return this.#outcome();
  }

  /**
   * Encodes what is left for as long as there is time and hands it over, with or without room: the event loop has
   * ended, so no room will be released, and the spans, which exist already, take more memory than their bytes.
   * Drops the others, and returns that failure if there are any.
   */
  encodeRest(hasTime: () => boolean, why: Omit<Failure, 'spans'>): Failure | undefined {
    this.#deliverHeld();
    while (this.#state.phase === 'encoding' && hasTime()) {
      this.#encodeAtOnce((encoding) => encoding.advance(REST_SLICE_SPANS, SLICE_BYTES));
    }
    this.#encodeAtOnce((encoding) => encoding.completeOpen());
    return this.drop(why);
  }

  /** Keeps the spans that are left as they are now, whatever changes later; returns whether any are left. */
  keepRest(): boolean {
    if (this.#state.phase === 'encoding') this.#state.encoding.keepRest();
    return this.#state.phase === 'encoding'; // a getter of a span may have ended it
  }

  /**
   * Drops all that was not handed over for delivery yet, and returns that failure if there is any; nothing is encoded
   * afterwards.
   */
  drop(why: Omit<Failure, 'spans'>): Failure | undefined {
    if (this.#state.phase === 'ended') return undefined;
    const { buffered, held } = this.#state;
    this.#state = { phase: 'ended' };
    this.#context.ledger.take(buffered);
    const failure = { ...why, spans: buffered + spansIn(held) };
    if (failure.spans === 0) return undefined;
    this.#deliveries.fail(failure);
    return failure;
  }

  #outcome(): SliceOutcome {
    if (this.#state.phase === 'ended') return 'done'; // a getter of a span may have ended it
    if (this.#state.held.length > 0) return 'blocked';
    const { isDone, hasBegun } = this.#state.encoding;
    if (!isDone) return hasBegun ? 'more' : 'prepared';
    this.#state = { phase: 'ended' };
    return 'done';
  }

  #encode(step: (encoding: SpanEncoding) => EncodedPart): void {
    const { ledger, pending } = this.#context;
    const state = this.#state;
    if (state.phase === 'ended') return;
    const encoded = guarded(() => step(state.encoding));
    if (this.#state !== state) return;
    if (encoded instanceof Error) {
      this.drop({ kind: 'encode', attempts: 0, cause: encoded });
      return;
    }
    const { payloads, dropped } = encoded;
    const spans = spansIn(payloads) + lostSpansOf(dropped);
    state.buffered -= spans;
    ledger.take(spans);
    for (const { spanCount, body } of payloads) pending.learn(spanCount, body.length);
    state.held = this.#deliver(payloads);
    noteDropped(dropped, this.#context); // last, as the user's logger or instrument may abort
  }

  #encodeAtOnce(step: (encoding: SpanEncoding) => EncodedPart): void {
    this.#encode(step);
    this.#deliverHeld();
    this.#outcome();
  }

  #loseHeld(): void {
    if (this.#state.phase === 'ended' || this.#state.held.length === 0) return;
    const spans = spansIn(this.#state.held);
    this.#state.held = [];
    const detail = this.#context.pending.shortage;
    this.#deliveries.fail({ kind: 'queue_full', spans, attempts: 0, detail });
  }

  #deliverHeld(): void {
    if (this.#state.phase === 'ended') return;
    const { held } = this.#state;
    this.#state.held = [];
    for (const payload of held) this.#deliveries.add(payload, nothingToDispose);
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

/** The encoder guards each span; this catches errors that nobody foresaw. */
function guarded(encode: () => EncodedPart): EncodedPart | Error {
  try {
    return encode();
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error));
  }
}

function spansIn(payloads: readonly Payload[]): number {
  return payloads.reduce((sum, { spanCount }) => sum + spanCount, 0);
}
