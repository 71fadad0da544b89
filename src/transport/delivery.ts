// Owns one payload from the queue to its end: attempts, the waits between them, and the time that
// each attempt may take. Knows nothing of spans.

import { type Cancellation, SHUTDOWN } from '../cancellation.js';
import { type Clock, type Dispose, nothingToDispose } from '../lang/clock.js';
import { AttemptLimit } from './attempt-limit.js';
import { tokenFor } from './attempt-tokens.js';
import type { Connection, RequestStep, Sendable } from './connection.js';
import type { ExportTime } from './prospect.js';
import { backoffMillis, isRetriable } from './retry-policy.js';
import { retryAfterMillis } from './retry-after.js';
import type { Reply } from './reply.js';
import type { SendOutcome } from './send-outcome.js';
import type { SendQueue } from './send-queue.js';

/** What all deliveries of an exporter share. */
export interface DeliveryContext {
  readonly queue: SendQueue;
  readonly clock: Clock;
  /** Within [0, 1), for the jitter. */
  readonly random: () => number;
  readonly maxRetries: number;
  readonly attemptTimeoutMillis: number;
  /** Called with every answer of the Agent, also if another attempt follows. */
  readonly onReply: (reply: Reply) => void;
  /** Called when a delivery begins to wait as long as the Agent has asked. */
  readonly onDeferred: () => void;
}

export interface DeliveryResult {
  /** What the last attempt came to; `cancelled` if the delivery was cut short before it had one. */
  readonly outcome: SendOutcome;
  readonly attempts: number;
  readonly cancellation: Cancellation | undefined;
  /**
   * What the attempt before the last came to, or the last one before a cancellation; if there was none, that the
   * attempt which was cut had no connection.
   */
  readonly earlier: SendOutcome | undefined;
}

interface Wait {
  /** Our own backoff, or what the Agent asked for. */
  readonly kind: 'backoff' | 'retryAfter';
  readonly untilMillis: number;
}

type DeliveryState =
  | { readonly phase: 'ready' }
  | { readonly phase: 'queued'; readonly withdraw: Dispose }
  | {
      readonly phase: 'sending';
      readonly token: AbortController;
      readonly connection: Connection;
    }
  | { readonly phase: 'answered'; readonly outcome: SendOutcome }
  | { readonly phase: 'backingOff'; readonly wait: Wait; readonly resume: () => void }
  | { readonly phase: 'cancelled'; readonly cancellation: Cancellation }
  | { readonly phase: 'settled' };

/** Whether a failure is followed by a backoff, by one last attempt at once, or by nothing. */
type Pace = 'patient' | 'hurried' | 'last';

/** Reasons for aborting a token; constants, because the default one is an error with a stack. */
const ATTEMPT_TIMED_OUT = Symbol('attempt timed out');
const CANCELLED = Symbol('cancelled');
const NOT_SENT: SendOutcome = { kind: 'cancelled', attempts: 0 };

export class Delivery {
  readonly #payload: Sendable;
  readonly #context: DeliveryContext;
  /** Of the export, whatever a flush or a shutdown wants. */
  readonly #time: ExportTime;
  #deadlineMillis: number;
  #state: DeliveryState = { phase: 'ready' };
  #pace: Pace = 'patient';
  #attempts = 0;
  #earlier: SendOutcome | undefined;

  /**
   * No wait between attempts lasts beyond `deadlineMillis` of the clock, at which whoever runs the delivery has
   * to cancel it.
   */
  constructor(payload: Sendable, deadlineMillis: number, context: DeliveryContext) {
    this.#payload = payload;
    this.#deadlineMillis = deadlineMillis;
    this.#context = context;
    this.#time = { startMillis: context.clock.nowMillis(), endMillis: deadlineMillis };
  }

  /** To be called once. Never rejects. */
  async run(): Promise<DeliveryResult> {
    let outcome = NOT_SENT;
    while (this.#state.phase === 'ready') {
      outcome = await this.#attempt();
      const wait = this.#waitAfter(outcome);
      if (wait === undefined) break;
      this.#earlier = outcome;
      outcome = NOT_SENT;
      await this.#backOff(wait);
    }
    const { cancellation } = this;
    this.#state = { phase: 'settled' };
    return { outcome, attempts: this.#attempts, cancellation, earlier: this.#earlier };
  }

  /** Ends the attempt or the wait; nothing starts afterwards. */
  cancel(cancellation: Cancellation): void {
    const state = this.#state;
    if (state.phase === 'settled' || state.phase === 'cancelled') return;
    this.#state = { phase: 'cancelled', cancellation };
    if (state.phase === 'queued') state.withdraw();
    if (state.phase === 'sending') state.token.abort(CANCELLED);
    if (state.phase === 'backingOff') state.resume();
  }

  /**
   * Ends every wait of our own: a backoff ends now with one last attempt; without one, the next failure is
   * followed by one last attempt at once. A wait that the Agent asked for is kept if it ends before
   * `deadlineMillis`; otherwise the delivery ends now, with `cancellation`.
   */
  hurry(deadlineMillis: number, cancellation: Cancellation = SHUTDOWN): void {
    this.#deadlineMillis = Math.min(this.#deadlineMillis, deadlineMillis);
    if (this.#pace === 'patient') this.#pace = 'hurried';
    if (this.#state.phase !== 'backingOff') return;
    const { wait, resume } = this.#state;
    if (wait.kind === 'backoff') {
      this.#pace = 'last';
      resume();
    } else if (wait.untilMillis >= this.#deadlineMillis) {
      this.cancel(cancellation);
    }
  }

  /** Number of attempts that have ended. */
  get attempts(): number {
    return this.#attempts;
  }

  /** Whether the Agent may have the payload: all of it has left this process, it was accepted, or it has settled. */
  get hasWritten(): boolean {
    const state = this.#state;
    if (state.phase === 'sending') return state.connection.hasWritten;
    if (state.phase === 'answered') return state.outcome.kind === 'accepted';
    return state.phase === 'settled';
  }

  /** Whether the delivery waits as long as the Agent has asked. */
  get isDeferred(): boolean {
    return this.#state.phase === 'backingOff' && this.#state.wait.kind === 'retryAfter';
  }

  /** Why the delivery was cut, until it has settled. */
  get cancellation(): Cancellation | undefined {
    return this.#state.phase === 'cancelled' ? this.#state.cancellation : undefined;
  }

  async #attempt(): Promise<SendOutcome> {
    const { queue, onReply } = this.#context;
    const connection = await this.#connection();
    if (connection === undefined) return NOT_SENT;
    const outcome = await this.#sendOn(connection);
    queue.release(connection);
    this.#attempts += outcome.kind === 'cancelled' ? outcome.attempts : 1;
    if (outcome.kind === 'accepted' || outcome.kind === 'rejected') onReply(outcome.reply);
    return outcome;
  }

  /** A connection for the next attempt, unless the delivery is cancelled first. */
  #connection(): Promise<Connection | undefined> {
    return new Promise((receive) => {
      const dispose = this.#context.queue.acquire({ time: this.#time, receive });
      const withdraw = (): void => {
        dispose();
        receive(undefined);
      };
      this.#state = { phase: 'queued', withdraw };
    });
  }

  async #sendOn(connection: Connection): Promise<SendOutcome> {
    if (this.#state.phase !== 'queued') return NOT_SENT; // cancelled when the connection was granted
    const token = tokenFor(connection);
    this.#state = { phase: 'sending', token, connection };
    const { clock, queue, attemptTimeoutMillis } = this.#context;
    const startMillis = clock.nowMillis();
    const limit = new AttemptLimit(clock, attemptTimeoutMillis, () =>
      token.abort(ATTEMPT_TIMED_OUT),
    );
    let isTooLate = false;
    const onStep = (step: RequestStep): void => {
      limit.step(step);
      isTooLate = step === 'requesting' && clock.nowMillis() >= this.#time.endMillis;
      if (isTooLate) this.cancel(tooLate());
    };
    const sent = await connection.send(this.#payload, token.signal, onStep);
    const hasTimedOut = sent.kind === 'cancelled' && token.signal.reason === ATTEMPT_TIMED_OUT;
    const outcome: SendOutcome = hasTimedOut
      ? { kind: 'broken', at: 'timeout', cause: limit.lackAfter() }
      : sent;
    const tookMillis = clock.nowMillis() - startMillis;
    if (outcome.kind === 'cancelled' && limit.isConnecting) {
      this.#earlier ??= { kind: 'broken', at: 'timeout', cause: limit.lackAfter(tookMillis) };
    }
    limit.end();
    if (isTooLate) return NOT_SENT;
    if (outcome.kind === 'accepted') queue.answerTime.accepted(tookMillis);
    else if (this.cancellation?.kind === 'timeout') queue.answerTime.cut(tookMillis);
    // The token is the next attempt's from now on.
    if (this.#state.phase === 'sending') this.#state = { phase: 'answered', outcome };
    return outcome;
  }

  /** How long to wait before the next attempt, if there is to be one. */
  #waitAfter(outcome: SendOutcome): Wait | undefined {
    const { clock, maxRetries, random } = this.#context;
    if (this.#state.phase === 'cancelled') return undefined;
    if (!isRetriable(outcome) || this.#attempts > maxRetries) return undefined;
    const now = clock.nowMillis();
    const askedMillis = this.#askedMillis(outcome);
    // A `Retry-After` of 0 names no time, and to retry at once, in step with everybody else, is no help.
    if (askedMillis > 0) return this.#inTime('retryAfter', now + askedMillis);
    if (this.#pace === 'last') return undefined;
    if (this.#pace === 'hurried') {
      this.#pace = 'last';
      return this.#inTime('backoff', now);
    }
    return this.#inTime('backoff', now + backoffMillis(this.#attempts, random()));
  }

  #askedMillis(outcome: SendOutcome): number {
    if (outcome.kind !== 'rejected') return 0;
    return retryAfterMillis(outcome.reply.retryAfter, this.#context.clock.unixMillis()) ?? 0;
  }

  /** A wait that would end after the deadline is not begun: it could only delay the bad news. */
  #inTime(kind: Wait['kind'], untilMillis: number): Wait | undefined {
    return untilMillis < this.#deadlineMillis ? { kind, untilMillis } : undefined;
  }

  async #backOff(wait: Wait): Promise<void> {
    const { clock, onDeferred } = this.#context;
    const delayMillis = wait.untilMillis - clock.nowMillis();
    let stopTimer = nothingToDispose;
    await new Promise<void>((resume) => {
      this.#state = { phase: 'backingOff', wait, resume };
      // What need not wait must not wait for a test that has replaced the timers, either.
      if (delayMillis > 0) stopTimer = clock.schedule(delayMillis, resume);
      else clock.nextTurn(resume);
      if (wait.kind === 'retryAfter') onDeferred();
    });
    stopTimer();
    if (this.#state.phase !== 'backingOff') return; // cancelled
    this.#state = { phase: 'ready' };
  }
}

/**
 * After a freeze, a request may be due to begin before the timer that ends its export: the Agent would get what is
 * about to be counted as lost.
 */
function tooLate(): Cancellation {
  return { kind: 'timeout', cause: new Error('its time was over before the request began') };
}
