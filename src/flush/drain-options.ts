// Owns the options of `forceFlush()` and `shutdown()`, of an exporter or of a processor in front of one.
// Knows nothing of how either is done.

import {
  checkInteger,
  checkObject,
  checkSignal,
  expectation,
  isAbortSignal,
  nearestInteger,
  TIMER_OR_ZERO,
} from '../configuration/option-checks.js';
import type { Diagnostics } from '../diagnostics.js';
import type { WaitLimits } from '../lang/bounded-wait.js';
import type { Clock } from '../lang/clock.js';
import { reasonOf } from '../lang/reason-text.js';

export interface ForceFlushOptions {
  /** Ends the wait, with kind `aborted`, but not the exports. @default none */
  readonly signal?: AbortSignal | undefined;
  /**
   * Longest wait; at its end the call rejects with kind `timeout`, and the exports go on. Any number, e.g. what is left
   * until a deadline, counts as the nearest integer from 0 to 2 147 483 647; NaN throws a RangeError.
   *
   * @default `flushTimeoutMillis` of the exporter
   */
  readonly timeoutMillis?: number | undefined;
  /**
   * Called once, as soon as all that is left waits for a time that the Agent has set (`Retry-After`). The wait
   * goes on; a function about to be frozen may end it by `signal`. @default none
   */
  readonly onDeferred?: (() => void) | undefined;
}

export interface ShutdownOptions {
  /** Ends the grace when it aborts; what that cuts fails as `aborted`. @default none */
  readonly signal?: AbortSignal | undefined;
  /**
   * Time granted to exports under way before they are aborted; 0 aborts at once. Any number counts as the nearest
   * integer from 0 to 2 147 483 647; anything else is ignored with a warning.
   *
   * @default `graceMillis` of the exporter
   */
  readonly graceMillis?: number | undefined;
}

/** @throws TypeError or RangeError for an option of the wrong type, or NaN. */
export function flushLimits(
  options: ForceFlushOptions,
  clock: Clock,
  defaultMillis: number,
): WaitLimits {
  checkObject(options);
  const nearest = nearestInteger(options.timeoutMillis, TIMER_OR_ZERO) ?? options.timeoutMillis;
  const given = checkInteger('timeoutMillis', nearest, TIMER_OR_ZERO);
  const signal = checkSignal('signal', options.signal);
  const { onDeferred } = options;
  if (onDeferred !== undefined && typeof onDeferred !== 'function') {
    throw new TypeError(expectation('onDeferred', 'a function', onDeferred));
  }
  return { clock, timeoutMillis: given ?? defaultMillis, signal };
}

interface ShutdownDefaults {
  readonly clock: Clock;
  readonly defaultMillis: number;
}

/** Limits whose timeout is the grace. A wrong option only causes a warning: a shutdown must not fail for it. */
export function shutdownLimits(
  options: ShutdownOptions | undefined,
  defaults: ShutdownDefaults,
  diagnostics: Diagnostics,
): WaitLimits {
  try {
    return readLimits(options ?? {}, defaults, diagnostics);
  } catch (error) {
    diagnostics.warn('options', `the options of shutdown are ignored: ${reasonOf(error)}`);
    return { clock: defaults.clock, timeoutMillis: defaults.defaultMillis, signal: undefined };
  }
}

/** Throws only what the options throw themselves when they are read, as a revoked proxy does. */
function readLimits(
  { signal, graceMillis }: ShutdownOptions,
  { clock, defaultMillis }: ShutdownDefaults,
  diagnostics: Diagnostics,
): WaitLimits {
  const given = nearestInteger(graceMillis, TIMER_OR_ZERO);
  if (given === undefined && graceMillis !== undefined) {
    const message = expectation('graceMillis', 'a number of milliseconds', graceMillis);
    diagnostics.warn('graceMillis', `${message}; the default is used`);
  }
  const isUsable = isAbortSignal(signal);
  if (!isUsable && signal !== undefined) {
    diagnostics.warn('signal', `${expectation('signal', 'an AbortSignal', signal)}; it is ignored`);
  }
  return { clock, timeoutMillis: given ?? defaultMillis, signal: isUsable ? signal : undefined };
}
