// Owns one `export()` call from the spans to its result: waits for resource attributes, has the spans
// encoded and delivered, and settles once. Knows nothing of the exporter's life cycle, except that it
// may be cancelled at any moment.

import { type Cancellation, SHUTDOWN } from '../cancellation.js';
import type { Deferrals } from '../flush/deferrals.js';
import type { Clock, Dispose } from '../lang/clock.js';
import { deferred } from '../lang/deferred.js';
import { type Settle, settleOnce } from '../lang/settle-once.js';
import type { ExportResult } from '../sdk-contract.js';
import { BatchEncoding, type EncodingContext } from './batch-encoding.js';
import { Deliveries, type DeliveriesContext, type UnansweredPayload } from './deliveries.js';
import type { EncodingTurns, EncodingWork, SliceOutcome, SlicePace } from './encoding-turns.js';
import { exportError, type Failure, hasFailed } from './export-failure.js';
import type { ExportSource } from './export-source.js';
import type { ExporterMetrics } from './exporter-metrics.js';
import { MAX_RESOURCE_WAIT_MILLIS, type ResourceWaits } from './resource-waits.js';
import { untraced } from './tracing-suppression.js';

/** What all exports of an exporter share. */
export interface ExportContext extends EncodingContext, DeliveriesContext {
  readonly turns: EncodingTurns;
  readonly deferrals: Deferrals;
  readonly resourceWaits: ResourceWaits;
  readonly metrics: ExporterMetrics | undefined;
  readonly clock: Clock;
  readonly timeoutMillis: number;
  /** The request, for messages: `PUT <where>`. */
  readonly request: string;
}

/** What is left of an export that is somebody else's to deliver. */
interface GivenAway {
  readonly unanswered: readonly UnansweredPayload[];
  /** Spans for which there was no time; they have been counted as dropped. */
  readonly unencoded: Failure | undefined;
}

type TaskState =
  /** Its resources have not been looked at. */
  | { readonly phase: 'accepted'; readonly source: ExportSource }
  /** Waits for resource attributes. */
  | { readonly phase: 'waiting'; readonly source: ExportSource }
  /** Waits for its turn only. */
  | { readonly phase: 'due'; readonly source: ExportSource }
  | { readonly phase: 'encoding'; readonly batch: BatchEncoding }
  | { readonly phase: 'sending' }
  | { readonly phase: 'settled' };

const NO_TIME_TO_ENCODE = {
  kind: 'timeout',
  attempts: 0,
  detail: 'the process ended before they were encoded',
} as const;

export class ExportTask {
  /** Settles when every span of the call stands in a final column of the ledger; never rejects. */
  readonly result: Promise<ExportResult>;
  readonly #context: ExportContext;
  readonly #settle: Settle<ExportResult>;
  readonly #disposers: Dispose[] = [];
  readonly #startMillis: number;
  readonly #deliveries: Deliveries;
  readonly #onUnderWay: () => void;
  /** Moment of the clock at which the export or, before that, a shutdown's grace ends. */
  #deadlineMillis: number;
  #state: TaskState;

  /**
   * The ledger has to receive the spans before the task starts. `onUnderWay` is called once, when no span
   * waits any more: all are on their way, or lost.
   */
  constructor(source: ExportSource, context: ExportContext, onUnderWay: () => void) {
    const { promise, resolve } = deferred<ExportResult>();
    const { clock, timeoutMillis } = context;
    this.result = promise;
    this.#context = context;
    this.#onUnderWay = onUnderWay;
    this.#state = { phase: 'accepted', source };
    this.#startMillis = clock.nowMillis();
    this.#deadlineMillis = this.#startMillis + timeoutMillis;
    const onSettled = (): void => this.#finishIfIdle();
    this.#deliveries = new Deliveries(context, this.#deadlineMillis, onSettled);
    this.#settle = settleOnce((result) => {
      this.#state = { phase: 'settled' };
      for (const dispose of this.#disposers) dispose();
      resolve(result);
    });
  }

  /**
   * Encodes before it returns as much as this turn of the event loop has time for, unless a resource still
   * lacks attributes. Never throws.
   */
  start(): void {
    if (this.#state.phase !== 'accepted') return;
    const { clock, pending, timeoutMillis } = this.#context;
    const { source } = this.#state;
    const { spanCount, isSealed } = source;
    if (!isSealed && spanCount > 0 && this.#isFull) return this.#refuse(pending.shortage);
    const timeOut = (): void =>
      this.cancel({ kind: 'timeout', cause: timedOutError(timeoutMillis) });
    this.#disposers.push(clock.schedule(timeoutMillis, timeOut));
    this.#encode(source);
  }

  /** Whether all payloads that are left wait for a time that the Agent has set. */
  get isDeferred(): boolean {
    return this.#state.phase === 'sending' && this.#deliveries.isDeferred;
  }

  /** Aborts everything that is under way. Spans lost by that are dropped as `cancellation.kind`. */
  cancel(cancellation: Cancellation): void {
    if (this.#state.phase === 'settled') return;
    this.#dropUnsent({ ...cancellation, attempts: 0 });
    this.#deliveries.cancel(cancellation);
    this.#finishIfIdle();
  }

  /** Settles as if all had gone well; what becomes of its payloads is not counted. */
  abandon(): void {
    this.#endQueueing();
    this.#deliveries.giveAway();
    this.#settle({ code: 0 });
  }

  /**
   * Encodes what is left, until `encodeUntilMillis` of the clock, and gives away the payloads without an answer: the
   * event loop has ended.
   */
  giveAway(encodeUntilMillis: number): GivenAway {
    const unencoded = this.#encodeRest(encodeUntilMillis);
    const unanswered = this.#deliveries.giveAway();
    // The process may live on, as after a signal that somebody listens to by now: nothing is sent here as well.
    this.#deliveries.cancel(SHUTDOWN);
    this.#finishIfIdle();
    return { unanswered, unencoded };
  }

  /**
   * Ends our own waits, which are backoffs. A `deadlineMillis` of the clock also limits those for others (for
   * the Agent, for resource attributes), so that there is time left to send.
   */
  hurry(deadlineMillis: number = Infinity, cancellation: Cancellation = SHUTDOWN): void {
    this.#deliveries.hurry(deadlineMillis, cancellation);
    if (deadlineMillis >= this.#deadlineMillis) return;
    this.#deadlineMillis = deadlineMillis;
    if (this.#state.phase !== 'waiting') return;
    const { clock } = this.#context;
    this.#disposers.push(clock.schedule(this.#longestWaitMillis, this.#endWaiting));
  }

  #encodeRest(untilMillis: number): Failure | undefined {
    const rest = this.#unsent();
    if (rest === undefined) return undefined;
    this.#endQueueing();
    const hasTime = (): boolean => this.#context.clock.nowMillis() < untilMillis;
    return rest.encodeRest(hasTime, NO_TIME_TO_ENCODE);
  }

  #unsent(): BatchEncoding | undefined {
    const state = this.#state;
    if (state.phase === 'encoding') return state.batch;
    if (!('source' in state)) return undefined;
    return new BatchEncoding(state.source, this.#context, this.#deliveries);
  }

  /** Whether the pending bytes will be used up once all spans that wait are encoded. */
  get #isFull(): boolean {
    const { pending, turns, resourceWaits } = this.#context;
    const { batches, spans } = turns.backlog;
    return pending.isFullWith({ batches, spans: spans + resourceWaits.spans });
  }

  /** Drops all spans of an export that has not begun; `detail` says which limit is reached. */
  #refuse(detail: string): void {
    this.#dropUnsent({ kind: 'queue_full', attempts: 0, detail });
    this.#finishIfIdle();
  }

  /** Drops the spans that are not on their way yet. */
  #dropUnsent(why: Omit<Failure, 'spans'>): void {
    const state = this.#state;
    this.#endQueueing();
    if (state.phase === 'encoding') return void state.batch.drop(why);
    if (!('source' in state)) return;
    const spans = state.source.spanCount;
    this.#context.ledger.take(spans);
    if (spans > 0) this.#deliveries.fail({ ...why, spans });
  }

  /** To be read again after each access to a span, one of whose getters may have shut the exporter down. */
  get #isAccepted(): boolean {
    return this.#state.phase === 'accepted';
  }

  get #isWaiting(): boolean {
    return this.#state.phase === 'waiting';
  }

  /** Has the spans wait while resources are pending, or drops them if there is no room for that. */
  #waitForResources(source: ExportSource): void {
    const { spans } = source;
    const { resourceWaits } = this.#context;
    const resources = resourceWaits.awaitedByAny(spans);
    if (!this.#isAccepted) return;
    this.#state = { phase: resources.length === 0 ? 'due' : 'waiting', source };
    if (resources.length === 0) return;
    if (!resourceWaits.hasRoomFor(spans.length)) return this.#refuse(resourceWaits.shortage);
    const waiting = { spans: spans.length, resources };
    const stop = resourceWaits.wait(waiting, this.#longestWaitMillis, this.#endWaiting);
    if (this.#isWaiting) this.#disposers.push(stop);
    else stop(); // whoever was asked for the attributes has shut the exporter down
  }

  /** Longest wait for resource attributes: at most half of the time left, so that the rest is there to send. */
  get #longestWaitMillis(): number {
    const leftMillis = this.#deadlineMillis - this.#context.clock.nowMillis();
    return Math.min(MAX_RESOURCE_WAIT_MILLIS, leftMillis / 2);
  }

  /**
   * Called in the context of whoever asked for a shutdown, or first for the attributes of a resource: a request of
   * the user, which may be traced.
   */
  readonly #endWaiting = (): void => {
    const state = this.#state;
    if (state.phase !== 'waiting') return;
    this.#state = { phase: 'due', source: state.source };
    untraced(() => this.#encode(state.source));
  };

  /** Encodes as much as this turn has time for, and the rest in later ones. */
  #encode({ spanCount, isSealed }: ExportSource): void {
    const { turns } = this.#context;
    const work: EncodingWork = {
      spans: spanCount,
      encodeSlice: (maxSpans, pace) => this.#encodeSlice(maxSpans, pace),
      keepRest: () => this.#begun()?.keepRest() ?? false,
    };
    if (!isSealed) this.#disposers.push(turns.run(work));
    else if (this.#encodeSlice(Infinity, 'later') !== 'done')
      this.#disposers.push(turns.queue(work));
  }

  #encodeSlice(maxSpans: number, pace: SlicePace): SliceOutcome {
    const outcome = this.#begun()?.encodeSlice(maxSpans, pace) ?? 'done';
    if (outcome === 'done') this.#endEncoding();
    return outcome;
  }

  /** The encoding, begun here unless something is waited for, or all is over. */
  #begun(): BatchEncoding | undefined {
    if (this.#state.phase === 'accepted') this.#waitForResources(this.#state.source);
    if (this.#state.phase === 'due') {
      const batch = new BatchEncoding(this.#state.source, this.#context, this.#deliveries);
      this.#state = { phase: 'encoding', batch };
    }
    return this.#state.phase === 'encoding' ? this.#state.batch : undefined;
  }

  #endEncoding(): void {
    if (this.#state.phase !== 'encoding') return;
    this.#endQueueing();
    this.#finishIfIdle();
  }

  #endQueueing(): void {
    if (this.#state.phase === 'sending' || this.#state.phase === 'settled') return;
    this.#state = { phase: 'sending' };
    this.#onUnderWay();
  }

  #finishIfIdle(): void {
    if (this.#state.phase !== 'sending') return;
    if (!this.#deliveries.isIdle) return this.#context.deferrals.changed();
    const { request, metrics, clock } = this.#context;
    const { failures, lastStatus: status } = this.#deliveries;
    const error = hasFailed(failures) ? exportError(failures, request) : undefined;
    const durationMillis = clock.nowMillis() - this.#startMillis;
    this.#settle(error === undefined ? { code: 0 } : { code: 1, error });
    metrics?.finished({ durationMillis, error: error?.kind, status }); // last, as an instrument may call back
  }
}

function timedOutError(timeoutMillis: number): Error {
  return new Error(`not settled within \`timeoutMillis\` (${timeoutMillis} ms)`);
}
