// Owns one `export()` call from the spans to its result: waits for resource attributes, encodes,
// hands payloads to the send queue, keeps the ledger, and settles once. Knows nothing of the
// exporter's life cycle, except that it may be cancelled at any moment.

import type { Diagnostics } from './diagnostics.js';
import { countOf, type DropReason } from './errors.js';
import { attemptFailure, type Cancellation, exportError, type Failure } from './export-failure.js';
import type { Clock, Dispose } from './lang/clock.js';
import { type Settle, settleOnce } from './lang/settle-once.js';
import type { Ledger } from './ledger.js';
import type { Payload } from './payload/payload-builder.js';
import type { EncodedBatch, V04Encoder } from './payload/v04-encoder.js';
import { pendingResources, resourcesReady } from './pending-resources.js';
import type { SampleRates } from './sample-rates.js';
import type { ExportResult, ReadableSpan } from './sdk-contract.js';
import { untraced } from './tracing-suppression.js';
import type { SendOutcome } from './transport/send-outcome.js';
import type { SendQueue } from './transport/send-queue.js';

/** What all exports of an exporter share. */
export interface ExportContext {
  readonly encoder: V04Encoder;
  readonly queue: SendQueue;
  readonly ledger: Ledger;
  readonly clock: Clock;
  readonly diagnostics: Diagnostics;
  readonly sampleRates: SampleRates;
  readonly timeoutMillis: number;
  /** `PUT <where>`, for messages. */
  readonly request: string;
}

type TaskState =
  | { readonly phase: 'waiting'; readonly spans: readonly ReadableSpan[] }
  | { readonly phase: 'sending' }
  | { readonly phase: 'cancelled'; readonly cancellation: Cancellation }
  | { readonly phase: 'settled' };

/** Spans that may wait for asynchronous resource attributes at the same time. */
const MAX_BUFFERED_SPANS = 8_192;
/** Longest wait for them, unless `timeoutMillis` allows less. */
const MAX_RESOURCE_WAIT_MILLIS = 3_000;
/** An attempt that nobody cancelled and that was cut off all the same. */
const CUT_OFF: Cancellation = { kind: 'aborted' };

export class ExportTask {
  /** Settles when every span of the call stands in a final column of the ledger; never rejects. */
  readonly result: Promise<ExportResult>;
  readonly #context: ExportContext;
  readonly #settle: Settle<ExportResult>;
  readonly #disposers: Dispose[] = [];
  readonly #failures: Failure[] = [];
  /** One for each payload under way. */
  readonly #tokens = new Set<AbortController>();
  #state: TaskState;

  /** The spans have been received by the ledger. */
  constructor(spans: readonly ReadableSpan[], context: ExportContext) {
    const { promise, resolve } = deferred<ExportResult>();
    this.result = promise;
    this.#context = context;
    this.#state = { phase: 'waiting', spans };
    this.#settle = settleOnce((result) => {
      this.#state = { phase: 'settled' };
      for (const dispose of this.#disposers) dispose();
      resolve(result);
    });
  }

  /** Encodes before it returns, unless a resource still waits for its attributes. Never throws. */
  start(): void {
    if (this.#state.phase !== 'waiting') return;
    const { spans } = this.#state;
    const { queue, ledger, clock, timeoutMillis } = this.#context;
    if (queue.isFull) return this.#refuse(spans, { kind: 'queue_full' });
    this.#disposers.push(clock.schedule(timeoutMillis, () => this.cancel({ kind: 'timeout' })));
    const resources = pendingResources(spans);
    if (resources.length === 0) return this.#send(spans);
    if (ledger.buffered > MAX_BUFFERED_SPANS) return this.#refuse(spans, { kind: 'queue_full' });
    const longestMillis = Math.min(MAX_RESOURCE_WAIT_MILLIS, timeoutMillis / 2);
    const proceed = (): void => this.#send(spans);
    this.#disposers.push(resourcesReady(resources, clock, longestMillis, proceed));
  }

  /** Ends everything that is under way. Spans that this cuts are dropped as `cancellation.kind`. */
  cancel(cancellation: Cancellation): void {
    if (this.#state.phase === 'waiting') {
      this.#refuse(this.#state.spans, cancellation);
    } else if (this.#state.phase === 'sending') {
      this.#state = { phase: 'cancelled', cancellation };
      for (const token of this.#tokens) token.abort();
    }
  }

  /** Drops all spans before anything was encoded. */
  #refuse(spans: readonly ReadableSpan[], why: Pick<Failure, 'kind' | 'cause'>): void {
    this.#context.ledger.take(spans.length);
    this.#fail({ ...why, spans: spans.length, attempts: 0 });
    this.#finish();
  }

  #send(spans: readonly ReadableSpan[]): void {
    const { ledger } = this.#context;
    const encoded = this.#encode(spans);
    // A getter of a span may have shut the exporter down.
    if (encoded === undefined || this.#state.phase !== 'waiting') return;
    this.#state = { phase: 'sending' };
    ledger.take(spans.length);
    this.#noteUnencodable(encoded.dropped);
    for (const payload of encoded.payloads) this.#sendPayload(payload);
    if (this.#tokens.size === 0) this.#finish();
  }

  /** The payloads, or nothing if encoding failed: then the spans are dropped and the task has ended. */
  #encode(spans: readonly ReadableSpan[]): EncodedBatch | undefined {
    try {
      return this.#context.encoder.encode(spans);
    } catch (cause) {
      // Spans are guarded one by one; this is for what nobody thought of.
      if (this.#state.phase === 'waiting') this.#refuse(spans, { kind: 'encode', cause });
      return undefined;
    }
  }

  #sendPayload(payload: Payload): void {
    const { queue } = this.#context;
    const { spanCount: spans } = payload;
    if (!queue.hasRoomFor(payload.body.length)) {
      return this.#fail({ kind: 'queue_full', spans, attempts: 0 });
    }
    const token = new AbortController();
    this.#tokens.add(token);
    void untraced(() => queue.send(payload, token.signal)).then((outcome) => {
      this.#tokens.delete(token);
      this.#record(outcome, spans);
      if (this.#tokens.size === 0) this.#finish();
    });
  }

  #record(outcome: SendOutcome, spans: number): void {
    const { ledger, sampleRates } = this.#context;
    if (outcome.kind === 'accepted' || outcome.kind === 'rejected') {
      sampleRates.update(outcome.reply.text, outcome.reply.ratesVersion);
    }
    if (outcome.kind === 'accepted') return ledger.exported(spans);
    const cancellation = this.#state.phase === 'cancelled' ? this.#state.cancellation : CUT_OFF;
    this.#fail(attemptFailure(outcome, spans, cancellation));
  }

  #fail(failure: Failure): void {
    this.#context.ledger.dropped(failure.kind, failure.spans);
    this.#failures.push(failure);
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

  #finish(): void {
    const { request } = this.#context;
    const failed = this.#failures.length > 0;
    this.#settle(failed ? { code: 1, error: exportError(this.#failures, request) } : { code: 0 });
  }
}

function deferred<T>(): { promise: Promise<T>; resolve: (value: T) => void } {
  let resolve: (value: T) => void = () => undefined;
  const promise = new Promise<T>((fulfil) => {
    resolve = fulfil;
  });
  return { promise, resolve };
}
