// Owns one `export()` call from the spans to its result: waits for resource attributes, encodes at
// once or slice by slice, hands payloads to be delivered, and settles once. Knows nothing of the
// exporter's life cycle, except that it may be cancelled at any moment.

import { Deliveries } from './deliveries.js';
import type { Diagnostics } from './diagnostics.js';
import type { EncodingTurns, SliceOutcome } from './encoding-turns.js';
import { countOf, type DropReason } from './errors.js';
import { exportError, type Failure } from './export-failure.js';
import type { ExporterMetrics } from './exporter-metrics.js';
import type { Clock, Dispose } from './lang/clock.js';
import { type Settle, settleOnce } from './lang/settle-once.js';
import type { Ledger } from './ledger.js';
import type { Payload } from './payload/payload-builder.js';
import type { EncodedBatch, V04Encoder } from './payload/v04-encoder.js';
import type { PendingBytes } from './pending-bytes.js';
import { pendingResources, type ResourceWaits } from './pending-resources.js';
import type { ExportResult, ReadableSpan } from './sdk-contract.js';
import type { DeliveryContext } from './transport/delivery.js';
import type { Cancellation } from './transport/send-outcome.js';

/** What all exports of an exporter share. */
export interface ExportContext {
  readonly encoder: V04Encoder;
  readonly turns: EncodingTurns;
  readonly pending: PendingBytes;
  readonly resourceWaits: ResourceWaits;
  readonly delivery: DeliveryContext;
  readonly ledger: Ledger;
  readonly metrics: ExporterMetrics | undefined;
  readonly clock: Clock;
  readonly diagnostics: Diagnostics;
  readonly timeoutMillis: number;
  /** `PUT <where>`, for messages. */
  readonly request: string;
}

type TaskState =
  | { readonly phase: 'accepted'; readonly spans: readonly ReadableSpan[] }
  /** For resource attributes. */
  | { readonly phase: 'waiting'; readonly spans: readonly ReadableSpan[] }
  | { readonly phase: 'encoding'; readonly batch: SlicedBatch }
  | { readonly phase: 'sending' }
  | { readonly phase: 'settled' };

/** How far the encoding of a batch has come. */
interface SlicedBatch {
  readonly spans: readonly ReadableSpan[];
  /** Index of the first span that is not encoded. */
  from: number;
  /** Encoded, and waiting for room among the pending bytes. */
  readonly held: Payload[];
}

/** Longest wait for resource attributes, unless `timeoutMillis` allows less. */
const MAX_RESOURCE_WAIT_MILLIS = 3_000;

export class ExportTask {
  /** Settles when every span of the call stands in a final column of the ledger; never rejects. */
  readonly result: Promise<ExportResult>;
  readonly #context: ExportContext;
  readonly #settle: Settle<ExportResult>;
  readonly #disposers: Dispose[] = [];
  readonly #startMillis: number;
  readonly #deliveries: Deliveries;
  #state: TaskState;

  /** The spans have been received by the ledger. */
  constructor(spans: readonly ReadableSpan[], context: ExportContext) {
    const { promise, resolve } = deferred<ExportResult>();
    const { clock, timeoutMillis } = context;
    this.result = promise;
    this.#context = context;
    this.#state = { phase: 'accepted', spans };
    this.#startMillis = clock.nowMillis();
    const deadlineMillis = this.#startMillis + timeoutMillis;
    this.#deliveries = new Deliveries(context, deadlineMillis, () => this.#finishIfIdle());
    this.#settle = settleOnce((result) => {
      this.#state = { phase: 'settled' };
      for (const dispose of this.#disposers) dispose();
      resolve(result);
    });
  }

  /**
   * Encodes before it returns, unless a resource still waits for its attributes or too much has been
   * encoded in this turn of the event loop. Never throws.
   */
  start(): void {
    if (this.#state.phase !== 'accepted') return;
    const { pending, turns, resourceWaits, clock, timeoutMillis } = this.#context;
    const { spans } = this.#state;
    const isFull = pending.isFullWith(turns.backlog + resourceWaits.spans);
    if (isFull && spans.length > 0) return this.#refuse('queue_full');
    const timeOut = (): void =>
      this.cancel({ kind: 'timeout', cause: timedOutError(timeoutMillis) });
    this.#disposers.push(clock.schedule(timeoutMillis, timeOut));
    this.#encodeUnless(() => this.#waitForResources(spans));
  }

  /** Ends everything that is under way. Spans that this cuts are dropped as `cancellation.kind`. */
  cancel(cancellation: Cancellation): void {
    if (this.#state.phase === 'settled') return;
    this.#dropUnsent({ ...cancellation, attempts: 0 });
    this.#deliveries.cancel(cancellation);
    this.#finishIfIdle();
  }

  /**
   * Ends every wait that is ours to end. A `deadlineMillis` of the clock also ends those that are not,
   * so that there is time left to send.
   */
  hurry(deadlineMillis: number = Infinity): void {
    this.#deliveries.hurry(deadlineMillis);
    if (this.#state.phase !== 'waiting' || deadlineMillis === Infinity) return;
    const { clock } = this.#context;
    const delayMillis = (deadlineMillis - clock.nowMillis()) / 2;
    this.#disposers.push(clock.schedule(delayMillis, () => this.#endWaiting()));
  }

  /** Drops all spans of an export that is not even begun. */
  #refuse(kind: Failure['kind']): void {
    this.#dropUnsent({ kind, attempts: 0 });
    this.#finishIfIdle();
  }

  /** Drops what is not on its way yet: not encoded, or encoded and waiting for room. */
  #dropUnsent(why: Omit<Failure, 'spans'>): void {
    const { ledger } = this.#context;
    let spans = 0;
    if (this.#state.phase === 'accepted' || this.#state.phase === 'waiting') {
      spans = this.#state.spans.length;
      ledger.take(spans);
    } else if (this.#state.phase === 'encoding') {
      const { batch } = this.#state;
      const rest = batch.spans.length - batch.from;
      ledger.take(rest);
      spans = batch.held.reduce((sum, { spanCount }) => sum + spanCount, rest);
    }
    this.#state = { phase: 'sending' };
    if (spans > 0) this.#deliveries.fail({ ...why, spans });
  }

  /** Whether the spans have to wait for their resources, or may not even do that. */
  #waitForResources(spans: readonly ReadableSpan[]): boolean {
    const resources = pendingResources(spans);
    if (resources.length === 0) return false;
    const { resourceWaits, timeoutMillis } = this.#context;
    if (resourceWaits.hasRoomFor(spans.length)) {
      this.#state = { phase: 'waiting', spans };
      const longestMillis = Math.min(MAX_RESOURCE_WAIT_MILLIS, timeoutMillis / 2);
      const waiting = { spans: spans.length, resources };
      const proceed = (): void => this.#endWaiting();
      this.#disposers.push(resourceWaits.wait(waiting, longestMillis, proceed));
    } else {
      this.#refuse('queue_full');
    }
    return true;
  }

  #endWaiting(): void {
    if (this.#state.phase === 'waiting') this.#encodeUnless(() => false);
  }

  /** Encodes in this turn if it has room, else in later ones; if nothing holds the spans up by then. */
  #encodeUnless(isHeldUp: () => boolean): void {
    if (this.#state.phase !== 'accepted' && this.#state.phase !== 'waiting') return;
    const { turns } = this.#context;
    const { spans } = this.#state;
    const batch: SlicedBatch = { spans, from: 0, held: [] };
    this.#state = { phase: 'accepted', spans };
    const begin = (): boolean => {
      if (this.#state.phase !== 'accepted' || isHeldUp()) return false;
      this.#state = { phase: 'encoding', batch };
      return true;
    };
    const encodeNow = (): void => {
      if (begin()) this.#encodeAll(batch);
    };
    if (turns.runNow(spans.length, encodeNow)) return;
    const encodeSlice = (maxSpans: number): SliceOutcome =>
      this.#state.phase === 'encoding' || begin() ? this.#encodeSlice(batch, maxSpans) : 'done';
    this.#disposers.push(turns.schedule(encodeSlice, spans.length));
  }

  /** A payload that finds no room is lost: the caller has turned to other things. */
  #encodeAll(batch: SlicedBatch): void {
    if (!this.#encode(batch, batch.spans.length)) return;
    for (const payload of batch.held) if (!this.#deliver(payload)) this.#dropForSize(payload);
    this.#endEncoding();
  }

  /** A payload that finds no room waits for it, as does the rest of the batch. */
  #encodeSlice(batch: SlicedBatch, maxSpans: number): SliceOutcome {
    if (batch.held.length === 0) {
      const count = Math.min(maxSpans, this.#context.pending.spansForLargeBatch);
      if (count === 0) return 'blocked';
      if (!this.#encode(batch, count)) return 'done';
    }
    const payloads = batch.held.splice(0);
    batch.held.push(...payloads.filter((payload) => !this.#deliver(payload)));
    if (batch.held.length > 0) return 'blocked';
    if (batch.from < batch.spans.length) return 'more';
    this.#endEncoding();
    return 'done';
  }

  /** Encodes the next spans; false if that ended the task, as a getter of a span may do. */
  #encode(batch: SlicedBatch, count: number): boolean {
    const { encoder, ledger, pending } = this.#context;
    const slice = batch.spans.slice(batch.from, batch.from + count);
    const encoded = encodeGuarded(encoder, slice);
    if (this.#state.phase !== 'encoding') return false;
    batch.from += slice.length;
    ledger.take(slice.length);
    if (encoded instanceof Error) {
      this.#deliveries.fail({ kind: 'encode', spans: slice.length, attempts: 0, cause: encoded });
      return true;
    }
    this.#noteUnencodable(encoded.dropped);
    batch.held.push(...encoded.payloads);
    for (const { spanCount, body } of encoded.payloads) pending.learn(spanCount, body.length);
    return true;
  }

  /** Whether there was room for the payload. */
  #deliver(payload: Payload): boolean {
    const release = this.#context.pending.reserve(payload.body.length);
    if (release !== undefined) this.#deliveries.add(payload, release);
    return release !== undefined;
  }

  #dropForSize({ spanCount: spans }: Payload): void {
    this.#deliveries.fail({ kind: 'queue_full', spans, attempts: 0 });
  }

  /** Spans that no Agent would take are dropped and counted; they do not fail the others. */
  #noteUnencodable(dropped: EncodedBatch['dropped']): void {
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

  #endEncoding(): void {
    this.#state = { phase: 'sending' };
    this.#finishIfIdle();
  }

  #finishIfIdle(): void {
    if (this.#state.phase !== 'sending' || !this.#deliveries.isIdle) return;
    const { request, metrics, clock } = this.#context;
    const { failures, lastStatus: status } = this.#deliveries;
    const error = failures.length > 0 ? exportError(failures, request) : undefined;
    const durationMillis = clock.nowMillis() - this.#startMillis;
    metrics?.finished({ durationMillis, error: error?.kind, status });
    this.#settle(error === undefined ? { code: 0 } : { code: 1, error });
  }
}

/** Spans are guarded one by one by the encoder; this is for what nobody thought of. */
function encodeGuarded(encoder: V04Encoder, spans: readonly ReadableSpan[]): EncodedBatch | Error {
  try {
    return encoder.encode(spans);
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error));
  }
}

function timedOutError(timeoutMillis: number): Error {
  return new Error(`not settled within \`timeoutMillis\` (${timeoutMillis} ms)`);
}

function deferred<T>(): { promise: Promise<T>; resolve: (value: T) => void } {
  let resolve: (value: T) => void = () => undefined;
  const promise = new Promise<T>((fulfil) => {
    resolve = fulfil;
  });
  return { promise, resolve };
}
