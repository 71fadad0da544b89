// Owns the order in which a process ends: first every flush that was begun, then the end, once. Knows
// neither what makes the process end nor how it is ended.

import type { Clock } from '../lang/clock.js';

/**
 * A second request to end counts as impatience after this long; a sooner one is the same request: `npm start`
 * passes a ^C on to a process that the terminal has told already, as does a cluster's primary to its workers.
 */
const PATIENCE_MILLIS = 500;

export type EndProcess = () => void;

type State =
  | { readonly kind: 'staying' }
  | { readonly kind: 'flushing'; readonly flushes: number }
  | {
      readonly kind: 'ending';
      readonly flushes: number;
      readonly end: EndProcess;
      readonly sinceMillis: number;
    };

export class Departure {
  readonly #clock: Clock;
  #state: State = { kind: 'staying' };

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /**
   * Waits for `flush`, which never rejects, and for those begun before, and then calls `end`, or the first
   * one of several. A second `end`, 500 ms or more after the first, is called at once.
   */
  begin(flush: Promise<unknown>, end: EndProcess | undefined): void {
    if (end !== undefined && this.#isOverdue()) {
      end();
      return;
    }
    this.#state = this.#joined(end);
    void flush.then(() => this.#settle());
  }

  #joined(end: EndProcess | undefined): State {
    const state = this.#state;
    const flushes = state.kind === 'staying' ? 1 : state.flushes + 1;
    if (state.kind === 'ending') return { ...state, flushes };
    if (end === undefined) return { kind: 'flushing', flushes };
    return { kind: 'ending', flushes, end, sinceMillis: this.#clock.nowMillis() };
  }

  #settle(): void {
    const state = this.#state;
    if (state.kind === 'staying') return;
    const flushes = state.flushes - 1;
    if (flushes > 0) {
      this.#state = { ...state, flushes };
      return;
    }
    this.#state = { kind: 'staying' };
    if (state.kind === 'ending') state.end();
  }

  #isOverdue(): boolean {
    if (this.#state.kind !== 'ending') return false;
    return this.#clock.nowMillis() - this.#state.sinceMillis >= PATIENCE_MILLIS;
  }
}
