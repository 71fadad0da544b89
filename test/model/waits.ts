// Owns the flushes and shutdowns of a model run: how long each may take, and what must be true when it
// has ended.

import { DatadogExportError } from '../../src/index.js';
import type { Account, Call } from './account.js';
import type { VirtualTime } from './virtual-time.js';

interface Wait {
  readonly what: 'flush' | 'shutdown';
  readonly startMillis: number;
  readonly spentBefore: number;
  readonly limitMillis: number;
}

/** What a flush covers, as it begins. */
export interface Covered {
  readonly calls: readonly Call[];
  readonly spanIds: readonly string[];
  /** Spans that were lost before. */
  readonly lostBefore: number;
}

export class Waits {
  readonly #account: Account;
  readonly #time: VirtualTime;
  readonly #open = new Set<Wait>();
  /** Those of a process that this one is a copy of may end in any way. */
  #generation = 0;

  constructor(account: Account, time: VirtualTime) {
    this.#account = account;
    this.#time = time;
  }

  /** Waits that should have ended. */
  checkOverdue(): void {
    for (const wait of this.#open) this.#checkTime(wait, 'has not ended');
  }

  get open(): number {
    return this.#open.size;
  }

  get generation(): number {
    return this.#generation;
  }

  becomeChild(): void {
    this.#generation++;
    this.#open.clear();
  }

  /** `start` may fork the process: then the wait is that of its original. */
  flush(start: () => Promise<void>, limitMillis: number, covered: Covered): void {
    const wait = this.#begin('flush', limitMillis);
    const generation = this.#generation;
    const isOurs = (): boolean => generation === this.#generation;
    start().then(
      () => {
        this.#end(wait);
        if (isOurs()) this.#checkFlushed(covered);
      },
      (error: unknown) => {
        this.#end(wait);
        if (isOurs()) this.#checkError(error, wait, covered);
      },
    );
  }

  shutdown(start: () => Promise<void>, limitMillis: number, onDone: () => void): void {
    const wait = this.#begin('shutdown', limitMillis);
    const generation = this.#generation;
    start().then(
      () => {
        this.#end(wait);
        if (generation === this.#generation) onDone();
      },
      (error: unknown) => this.#account.violate(`shutdown rejected: ${String(error)}`),
    );
  }

  #begin(what: Wait['what'], limitMillis: number): Wait {
    const { nowMillis: startMillis, spentMillis: spentBefore } = this.#time;
    const wait = { what, startMillis, spentBefore, limitMillis };
    this.#open.add(wait);
    return wait;
  }

  #end(wait: Wait): void {
    if (this.#open.delete(wait)) this.#checkTime(wait, 'ended late');
  }

  #checkTime({ what, startMillis, spentBefore, limitMillis }: Wait, how: string): void {
    const { nowMillis, spentMillis } = this.#time;
    // While code runs no timer can fire.
    const tookMillis = nowMillis - startMillis - (spentMillis - spentBefore);
    if (tookMillis <= limitMillis) return;
    this.#account.violate(`a ${what} ${how}: ${tookMillis} of ${limitMillis} ms`);
  }

  #checkFlushed({ calls, spanIds, lostBefore }: Covered): void {
    if (calls.some(({ results }) => results === 0)) {
      this.#account.violate('a flush ended before an export that it covers');
    }
    const missing = this.#account.missing(spanIds).length;
    if (missing <= lostBefore) return;
    this.#account.violate(`a flush succeeded, but ${missing - lostBefore} spans are lost`);
  }

  #checkError(error: unknown, wait: Wait, { calls }: Covered): void {
    if (!(error instanceof DatadogExportError)) {
      this.#account.violate(`a flush rejected with ${String(error)}`);
      return;
    }
    const isOver = error.lostSpans === 0;
    if (!isOver) {
      if (calls.some(({ results }) => results === 0)) {
        this.#account.violate('a flush failed before an export that it covers has ended');
      }
      return;
    }
    const tookMillis = this.#time.nowMillis - wait.startMillis;
    if (error.kind === 'timeout' && tookMillis >= wait.limitMillis) return;
    if (error.kind !== 'aborted') this.#account.violate(`a flush gave up early: ${error.message}`);
  }
}
