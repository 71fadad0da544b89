// Owns flushing and shutting down an exporter, ours or another: neither rejects, and no shutdown lasts
// longer than it may. Knows nothing of who hands spans to the exporter.

import { MAX_TIMER_MILLIS, nearestInteger, TIMER_OR_ZERO } from '../configuration/option-checks.js';
import type { Diagnostics } from '../diagnostics.js';
import { waitFor, type WaitLimits } from '../lang/bounded-wait.js';
import { hasMethods } from '../lang/methods.js';
import { reasonOf } from '../lang/reason-text.js';
import type { SpanExporter } from '../sdk-contract.js';
import type { ForceFlushOptions, ShutdownOptions } from './drain-options.js';

/** Any span exporter; only a `DatadogSpanExporter` aborts what still hangs at the end of the grace. */
export interface DrainableExporter extends SpanExporter {
  forceFlush?(options?: ForceFlushOptions): Promise<void>;
  shutdown(options?: ShutdownOptions): Promise<void>;
  /** Limit of `forceFlush()`. @default 10000 */
  readonly flushTimeoutMillis?: number | undefined;
  /** Grace of `shutdown()`. @default 1000 */
  readonly graceMillis?: number | undefined;
}

/** Limits for an exporter that does not name its own. */
const DEFAULT_FLUSH_MILLIS = 10_000;
const DEFAULT_GRACE_MILLIS = 1_000;
/** Time beyond the grace, in which an exporter of another kind may settle what its own limit has cut. */
const SETTLE_MILLIS = 50;

export class ExporterDrain {
  readonly exporter: DrainableExporter;
  readonly #diagnostics: Diagnostics;

  constructor(exporter: DrainableExporter, diagnostics: Diagnostics) {
    this.exporter = exporter;
    this.#diagnostics = diagnostics;
  }

  get flushTimeoutMillis(): number {
    return limitOf(() => this.exporter.flushTimeoutMillis, DEFAULT_FLUSH_MILLIS);
  }

  get graceMillis(): number {
    return limitOf(() => this.exporter.graceMillis, DEFAULT_GRACE_MILLIS);
  }

  /** Flushes the exporter; returns what that rejected with, if it did. */
  async flush(
    { signal, timeoutMillis }: WaitLimits,
    onDeferred: (() => void) | undefined,
  ): Promise<readonly unknown[]> {
    try {
      await this.exporter.forceFlush?.({ signal, timeoutMillis, onDeferred });
      return [];
    } catch (error) {
      return [error];
    }
  }

  /** Shuts the exporter down; the time limit is the grace. */
  async shutDown({ clock, signal, timeoutMillis }: WaitLimits): Promise<void> {
    const begin = (): Promise<void> => this.#callShutdown({ signal, graceMillis: timeoutMillis });
    // Node would take a delay beyond the longest possible one for 1 ms.
    const longestMillis = Math.min(timeoutMillis + SETTLE_MILLIS, MAX_TIMER_MILLIS);
    await waitFor(begin, { clock, timeoutMillis: longestMillis, signal: undefined });
  }

  async #callShutdown(options: ShutdownOptions): Promise<void> {
    try {
      await this.exporter.shutdown(options);
    } catch (error) {
      this.#diagnostics.warn('exporter', `shutdown of the exporter failed: ${reasonOf(error)}`);
    }
  }
}

/** What an exporter of another kind says may be no limit. */
function limitOf(read: () => unknown, defaultMillis: number): number {
  try {
    return nearestInteger(read(), TIMER_OR_ZERO) ?? defaultMillis;
  } catch {
    return defaultMillis;
  }
}

export function isExporter(value: unknown): value is DrainableExporter {
  return hasMethods(value, ['export', 'shutdown']);
}
