// Owns the time limit of one attempt. Each of its steps has all of the time: a request that had only what is left of
// it, after undici was loaded on a slow CPU or after a freeze, would be repeated although the Agent is about to
// answer. Knows nothing of what is attempted.

import type { Clock, Dispose } from '../lang/clock.js';
import type { RequestStep } from './connection.js';

type LimitState =
  | { readonly phase: 'preparing' }
  | { readonly phase: RequestStep; readonly stopTimer: Dispose }
  | { readonly phase: 'over' };

export class AttemptLimit {
  readonly #clock: Clock;
  readonly #timeoutMillis: number;
  readonly #onExpired: () => void;
  #state: LimitState = { phase: 'preparing' };

  /** `onExpired` is called once at most, and only before `end`. */
  constructor(clock: Clock, timeoutMillis: number, onExpired: () => void) {
    this.#clock = clock;
    this.#timeoutMillis = timeoutMillis;
    this.#onExpired = onExpired;
  }

  /** The request has begun this step. */
  readonly step = (phase: RequestStep): void => {
    if (this.#state.phase === 'over') return;
    this.#stopTimer();
    const stopTimer = this.#clock.schedule(this.#timeoutMillis, this.#onExpired);
    this.#state = { phase, stopTimer };
  };

  end(): void {
    this.#stopTimer();
    this.#state = { phase: 'over' };
  }

  /** What there is none of after so long, by default all of the time of a step; to be asked before `end`. */
  lackAfter(millis: number = this.#timeoutMillis): Error {
    const isConnected = this.#state.phase === 'requesting' || this.#state.phase === 'awaiting';
    const lacking = isConnected ? 'answer' : 'connection';
    return new Error(`no ${lacking} within ${Math.round(millis)} ms`);
  }

  /** Whether the attempt has no connection so far, or one that is still being checked; to be asked before `end`. */
  get isConnecting(): boolean {
    return this.#state.phase === 'connecting';
  }

  #stopTimer(): void {
    if ('stopTimer' in this.#state) this.#state.stopTimer();
  }
}
