// Owns the time limit of one attempt. Each of its steps has all of the time: a request that had only what is left of
// it, after undici was loaded on a slow CPU or after a freeze, would be repeated although the Agent is about to
// answer. Knows nothing of what is attempted.

import type { Clock, Dispose } from '../lang/clock.js';
import type { RequestStep } from './connection.js';

type LimitState =
  | { readonly phase: 'preparing' }
  | { readonly phase: 'connecting'; readonly stopTimer: Dispose }
  | { readonly phase: 'requesting'; readonly stopTimer: Dispose }
  | { readonly phase: 'over' };

export class AttemptLimit {
  readonly #clock: Clock;
  readonly #timeoutMillis: number;
  readonly #hasWritten: () => boolean;
  readonly #onExpired: () => void;
  #state: LimitState = { phase: 'preparing' };

  /**
   * `hasWritten` says whether the whole request has left this process. `onExpired` is called once at most, and only
   * before `end`.
   */
  constructor(
    clock: Clock,
    timeoutMillis: number,
    hasWritten: () => boolean,
    onExpired: () => void,
  ) {
    this.#clock = clock;
    this.#timeoutMillis = timeoutMillis;
    this.#hasWritten = hasWritten;
    this.#onExpired = onExpired;
  }

  /** The request has begun this step. */
  readonly step = (phase: RequestStep): void => {
    if (this.#state.phase === 'over') return;
    this.#stopTimer();
    this.#state = { phase, stopTimer: this.#startTimer(phase) };
  };

  /**
   * After a freeze in the middle of a request, the kernel takes the rest of it in the turn that I/O has before the time
   * counts as up. The Agent has all of it then, and would have it twice: it gets the time to answer.
   */
  #startTimer(phase: RequestStep): Dispose {
    let hadWritten = false;
    const onDue = (): void => {
      hadWritten = this.#hasWritten();
    };
    const expire = (): void => {
      if (!hadWritten && this.#hasWritten()) this.step(phase);
      else this.#onExpired();
    };
    return this.#clock.schedule(this.#timeoutMillis, expire, onDue);
  }

  end(): void {
    this.#stopTimer();
    this.#state = { phase: 'over' };
  }

  /** What there is none of now that the time is up; to be asked before `end`. */
  expiredError(): Error {
    const lacking = this.#state.phase === 'requesting' ? 'answer' : 'connection';
    return new Error(`no ${lacking} within ${this.#timeoutMillis} ms`);
  }

  /** Whether the attempt has no connection so far; to be asked before `end`. */
  get isConnecting(): boolean {
    return this.#state.phase === 'connecting';
  }

  #stopTimer(): void {
    if ('stopTimer' in this.#state) this.#state.stopTimer();
  }
}
