// Owns what may be said to a flush and to a shutdown of an exporter or of a processor in front of one.
// Knows nothing of how either is done.

import type { Diagnostics } from './diagnostics.js';
import { reasonOf } from './errors.js';
import type { WaitLimits } from './lang/bounded-wait.js';
import type { Clock } from './lang/clock.js';
import {
  checkInteger,
  checkSignal,
  expectation,
  isAbortSignal,
  nearestInteger,
  TIMER_OR_ZERO,
} from './option-checks.js';

export interface ForceFlushOptions {
  /** Ends the wait, with kind `aborted`, not the exports. @default none */
  readonly signal?: AbortSignal | undefined;
  /**
   * Longest wait, 0 to 2 147 483 647; at its end the call rejects with kind `timeout`, and the exports go on.
   *
   * @default `flushTimeoutMillis` of the exporter
   */
  readonly timeoutMillis?: number | undefined;
  /**
   * Called once all that is left waits for a moment that the Agent has named (`Retry-After`): now, or
   * later during the wait. The wait goes on; a function about to be frozen may end it by `signal`. @default none
   */
  readonly onDeferred?: (() => void) | undefined;
}

export interface ShutdownOptions {
  /** Cuts short what is under way at once. @default none */
  readonly signal?: AbortSignal | undefined;
  /**
   * What exports under way are granted before they are aborted; 0 aborts at once. What is out of range counts as
   * the nearest that is not, and what is no number only warns.
   *
   * @default `graceMillis` of the exporter
   */
  readonly graceMillis?: number | undefined;
}

/** @throws TypeError or RangeError for an option of the wrong type or range. */
export function flushLimits(
  options: ForceFlushOptions,
  clock: Clock,
  defaultMillis: number,
): WaitLimits {
  if (typeof options !== 'object' || options === null) {
    throw new TypeError(expectation('options', 'an object', options));
  }
  const given = checkInteger('timeoutMillis', options.timeoutMillis, TIMER_OR_ZERO);
  const signal = checkSignal('signal', options.signal);
  return { clock, timeoutMillis: given ?? defaultMillis, signal };
}

/** The time limit is the grace. Shutdown is no time to fail for a wrong argument. */
export function shutdownLimits(
  options: ShutdownOptions | undefined,
  { clock, defaultMillis }: { readonly clock: Clock; readonly defaultMillis: number },
  diagnostics: Diagnostics,
): WaitLimits {
  const { signal, graceMillis } = readable(options, diagnostics);
  const given = nearestInteger(graceMillis, TIMER_OR_ZERO);
  if (given === undefined && graceMillis !== undefined) {
    const message = expectation('graceMillis', 'a number of milliseconds', graceMillis);
    diagnostics.warn('graceMillis', `${message}; the default is used`);
  }
  return {
    clock,
    timeoutMillis: given ?? defaultMillis,
    signal: isAbortSignal(signal) ? signal : undefined,
  };
}

function readable(options: ShutdownOptions | undefined, diagnostics: Diagnostics): ShutdownOptions {
  try {
    return { signal: options?.signal, graceMillis: options?.graceMillis };
  } catch (error) {
    diagnostics.warn('options', `the options of shutdown are ignored: ${reasonOf(error)}`);
    return {};
  }
}
