// Owns one connection to the Agent and the requests over it: at most one at a time, kept alive between them.
// Knows nothing of queues, retries or spans.
//
// undici leaves an abort unanswered while a request is queued or connecting (undici issue 386), so
// the caller is answered here and the client is destroyed with its socket, which undici would
// otherwise leave connecting.

import type { Dispatcher } from 'undici';
import { tracesPath } from '../agent-target.js';
import { onAbort } from '../lang/abort.js';
import { bare } from '../lang/bare-object.js';
import { type Clock, nothingToDispose } from '../lang/clock.js';
import { millisSince, type Moment, momentOf } from '../lang/moment.js';
import { isNextTurnHeldBack } from '../lang/next-turn.js';
import { reasonOf } from '../lang/reason-text.js';
import { type Settle, settleOnce } from '../lang/settle-once.js';
import { breakPointOf, forgetAnswer } from './break-point.js';
import type { Connection, OnStep, Sendable } from './connection.js';
import { cutShort, holdAnswer } from './early-answer.js';
import { loadUndici, type Undici } from './load-undici.js';
import { isSuccess, ReplyReader } from './reply.js';
import type { HeadersOf } from './request-headers.js';
import { isStray } from './retry-policy.js';
import type { SendOutcome } from './send-outcome.js';
import { isStale, openWire, type Wire, type WireSettings } from './wire.js';

/** A dead connection breaks within this: one round trip after its use, later if the process is busy. */
const DEAD_MILLIS = 1_000;

interface ConnectionSettings extends WireSettings {
  readonly requireFrom: string | undefined;
  /** Headers of the next request. */
  readonly headersOf: HeadersOf;
}

/** One request and who waits for it. */
interface Attempt {
  readonly reader: ReplyReader;
  readonly settle: Settle<WireOutcome>;
  readonly onStep: OnStep;
}

/** What a request came to, and whether its connection seems to have been dead before. */
interface WireOutcome {
  readonly outcome: SendOutcome;
  readonly wasDead: boolean;
}

/** How far the present request has come. */
type Progress =
  | { readonly phase: 'none' }
  | { readonly phase: 'preparing'; readonly attempt: Attempt }
  /** It waits in undici until the connection is open, or has been checked before it is reused. */
  | { readonly phase: 'connecting'; readonly attempt: Attempt }
  | {
      readonly phase: 'requesting';
      readonly attempt: Attempt;
      readonly wire: Wire;
    };

const NO_REQUEST: Progress = { phase: 'none' };

/** How far a request has come in undici. */
type Exchange =
  | { readonly phase: 'waiting' }
  | { readonly phase: 'begun'; readonly reusedAt: Moment | undefined }
  /** A 2xx came before the whole body was written. */
  | { readonly phase: 'early' };

function notDead(outcome: SendOutcome): WireOutcome {
  return { outcome, wasDead: false };
}

export class AgentConnection implements Connection {
  readonly #settings: ConnectionSettings;
  #wire: Wire | undefined;
  #progress = NO_REQUEST;
  #signal: AbortSignal | undefined;
  #stopListening = nothingToDispose;
  #isAbandoned = false;

  constructor(settings: ConnectionSettings) {
    this.#settings = settings;
  }

  /**
   * A kept-alive connection may have died unnoticed, as when the Agent was restarted. So a request that
   * soon breaks on one without an answer is sent once more at once, as part of the same attempt. If it
   * breaks later, the Agent may have taken it.
   */
  async send(payload: Sendable, signal: AbortSignal, onStep: OnStep): Promise<SendOutcome> {
    const first = await this.#request(payload, signal, onStep);
    if (!first.wasDead || !hasBrokenDown(first.outcome)) return first.outcome;
    const { outcome } = await this.#request(payload, signal, onStep);
    return outcome.kind === 'cancelled' ? { kind: 'cancelled', attempts: 1 } : outcome;
  }

  get hasWritten(): boolean {
    const progress = this.#progress;
    return progress.phase === 'requesting' && progress.wire.socket?.writableLength === 0;
  }

  close(): void {
    const wire = this.#wire;
    this.#wire = undefined;
    if (wire === undefined) return;
    // Fails only requests whose callers have been answered, or abandoned.
    wire.client.destroy().catch(() => undefined);
    wire.socket?.destroy();
  }

  /** Closes what waits for a connection or is half written: it would go on, and keep the process alive. */
  abandon(): void {
    this.#isAbandoned = true;
    const { phase } = this.#progress;
    if ((phase === 'connecting' || phase === 'requesting') && !this.hasWritten) return this.close();
    this.#wire?.socket?.unref();
    this.#wire = undefined;
  }

  #request(payload: Sendable, signal: AbortSignal, onStep: OnStep): Promise<WireOutcome> {
    if (signal.aborted) return Promise.resolve(notDead({ kind: 'cancelled', attempts: 0 }));
    this.#listenTo(signal);
    return new Promise((resolve) => {
      const settle = settleOnce<WireOutcome>((outcome) => {
        this.#progress = NO_REQUEST;
        resolve(outcome);
      });
      const attempt = { reader: new ReplyReader(), settle, onStep };
      this.#progress = { phase: 'preparing', attempt };
      void this.#start(payload, signal, attempt);
    });
  }

  /** Goes on listening after the request, because the next one mostly has the same signal. */
  #listenTo(signal: AbortSignal): void {
    if (signal === this.#signal) return;
    this.#stopListening();
    this.#signal = signal;
    this.#stopListening = onAbort(signal, () => this.#cancel());
  }

  #cancel(): void {
    const progress = this.#progress;
    if (progress.phase === 'none') return;
    const { reader, settle } = progress.attempt;
    const attempts = progress.phase === 'preparing' ? 0 : 1;
    const cancelled = { kind: 'cancelled', attempts } as const;
    const outcome = reader.interrupted(cancelled);
    // Before close(), which fails the request with an error of its own.
    settle(notDead(outcome.kind === 'accepted' && !this.hasWritten ? cancelled : outcome));
    this.close();
  }

  /**
   * Lets a turn pass before a kept-alive connection is reused, to read what came over it: a FIN, or an answer
   * to no request. undici waits for one turn too, but the turn of a send in an I/O callback ends without
   * another look at the sockets: after a freeze, a farewell 408 was taken for the answer, and a peer that
   * closes its side with each answer got every payload twice.
   */
  async #start(payload: Sendable, signal: AbortSignal, attempt: Attempt): Promise<void> {
    const { clock, requireFrom } = this.#settings;
    try {
      const isKept = this.#wire?.repliedAt !== undefined;
      if (isKept) await new Promise<void>((resolve) => clock.nextTurn(resolve));
      const undici = await loadUndici(requireFrom);
      if (signal.aborted || this.#isAbandoned) return; // while it waited
      this.#dispatch(undici, payload, attempt);
    } catch (cause) {
      attempt.settle(notDead({ kind: 'broken', at: 'connect', cause }));
    }
  }

  #dispatch(undici: Undici, payload: Sendable, attempt: Attempt): void {
    const { target, clock, headersOf } = this.#settings;
    // undici reuses a connection only after a turn, which the fake timers of a test may never end.
    const isUnfit = this.#wire !== undefined && isStale(this.#wire, clock);
    if (isUnfit || isNextTurnHeldBack()) this.close();
    this.#wire ??= openWire(undici, this.#settings, () => this.#drained());
    this.#progress = { phase: 'connecting', attempt };
    attempt.onStep('connecting');
    const request = bare<Dispatcher.DispatchOptions>({
      method: 'PUT',
      path: tracesPath(target),
      headers: headersOf(payload),
      body: payload.body,
    });
    try {
      this.#wire.client.dispatch(request, this.#handler(this.#wire, attempt));
    } catch (cause) {
      // undici 7 and 8 pass their errors to a handler of this kind: one that throws is another undici, as with an
      // override in package.json, or in Bun.
      const reason = `undici 7 or 8 is needed, and what was found refuses: ${reasonOf(cause)}`;
      throw new Error(reason, { cause });
    }
  }

  /**
   * After a freeze in the middle of a request, the kernel may take the rest of it as the time of the attempt is up: the
   * Agent, which has all of it, gets the time to answer, and not the same once more.
   */
  #drained(): void {
    const progress = this.#progress;
    if (progress.phase === 'requesting' && this.hasWritten) progress.attempt.onStep('awaiting');
  }

  #handler(wire: Wire, attempt: Attempt): Dispatcher.DispatchHandler {
    const { clock } = this.#settings;
    const { reader, settle } = attempt;
    const settleAlive = (outcome: SendOutcome): void => settle(notDead(outcome));
    let exchange: Exchange = { phase: 'waiting' };
    return {
      onRequestStart: () => {
        this.#progress = { phase: 'requesting', attempt, wire };
        attempt.onStep('requesting');
        exchange = { phase: 'begun', reusedAt: wire.repliedAt && momentOf(clock) };
      },
      onResponseStart: (controller, status, headers) => {
        reader.start(status, headers);
        const begun = exchange;
        const goOn = (): void => {
          exchange = begun;
        };
        const isHeld = isSuccess(status) && holdAnswer(wire.socket, controller, goOn);
        if (isHeld) exchange = { phase: 'early' };
      },
      onResponseData: (_controller, chunk) => {
        if (reader.take(chunk)) return;
        settleAlive(reader.interrupted());
        this.close();
      },
      onResponseEnd: () => {
        wire.repliedAt = momentOf(clock);
        const isEarly = exchange.phase === 'early';
        settleAlive(isEarly ? cutShort() : reader.complete());
        // The answer came before all was written: the rest of the body must not follow.
        const isCut = isEarly || wire.socket?.writableLength !== 0;
        // It is in a turn, too, that undici lets an idle connection keep the process no longer.
        if (isCut || isNextTurnHeldBack()) this.close();
      },
      onResponseError: (_controller, cause) => {
        forgetAnswer(cause);
        // undici 7 sends nothing more, and says nothing, after a certificate for another name.
        if (exchange.phase === 'waiting' && this.#wire === wire) this.close();
        if (exchange.phase === 'early') return settleAlive(cutShort(cause));
        const at = breakPointOf(cause, exchange.phase === 'begun');
        const outcome = reader.interrupted({ kind: 'broken', at, cause });
        settle({ outcome, wasDead: wasDead(exchange, wire, clock) });
      },
    };
  }
}

/** Whether the connection is to blame: it broke, or brought what was not for this request. */
function hasBrokenDown(outcome: SendOutcome): boolean {
  return outcome.kind === 'broken' && (outcome.at === 'socket' || isStray(outcome));
}

function wasDead(exchange: Exchange, { repliedAt }: Wire, clock: Clock): boolean {
  if (exchange.phase !== 'begun') return repliedAt !== undefined; // reset while undici looked at it: nothing was written
  return exchange.reusedAt !== undefined && millisSince(exchange.reusedAt, clock) < DEAD_MILLIS;
}
