// Owns the public function that has spans flushed when the process ends: its options, defaults and
// checks.

import {
  checkBoolean,
  checkInteger,
  expectation,
  TIMER_OR_ZERO,
} from './configuration/option-checks.js';
import { type OptionNames, warnOfUnknownOptions } from './configuration/unknown-options.js';
import { ExitFlush, type ExitFlushOptions } from './exit/exit-flush.js';
import { RERAISE, type Reraise } from './exit/exit-policy.js';
import { exitRegistry } from './exit/exit-registry.js';
import { EXIT_SIGNALS, type ExitSignal, isExitSignal } from './exit/exit-signals.js';
import { mayHaveExitDeliverers } from './flush/exit-deliverer.js';
import { checkFlushOptions, checkFlushTarget, type FlushTarget } from './flush/flush-target.js';
import { forkRegistry } from './fork/fork-registry.js';
import { isBuildingSnapshot } from './fork/snapshot-callbacks.js';
import { type Dispose, systemClock } from './lang/clock.js';

export interface FlushOnExitOptions {
  /** Signals on which to flush; an empty list means none. @default ['SIGTERM', 'SIGINT'] */
  readonly signals?: readonly ExitSignal[] | undefined;
  /**
   * Longest time that a flush may delay the end of the process, 0 to 2 147 483 647. PM2 kills a process 1 600 ms
   * after asking it to end, Kubernetes after 30 s. @default 1000
   */
  readonly timeoutMillis?: number | undefined;
  /**
   * Who ends the process after the flush for a signal or PM2's message. With `auto`, the application if it
   * listens itself, otherwise this package, which raises the signal again so that the parent sees the
   * process die of it. With `always`, this package, whoever else listens; with `never`, the application.
   * If several calls differ, `always` wins over `never`, and `never` over `auto`.
   *
   * @default 'auto'
   */
  readonly reraise?: Reraise | undefined;
  /**
   * Also delivers at `process.exit()` and after an uncaught exception: the process waits for a worker
   * thread that sends what is left, some 50 ms with an Agent on the same machine and `timeoutMillis` at
   * most. Spans sent but not yet answered for are not sent again; `stats()` counts them as `unknown`. Needs
   * a `DatadogSpanExporter`, a processor of this package in front of one, or a provider as a target.
   *
   * @default false
   */
  readonly blockOnExit?: boolean | undefined;
}

/**
 * Flushes `target` when the process is about to end: when it has nothing left to do, on a signal, when
 * a cluster worker is disconnected or its primary dies, on PM2's `shutdown` message. In a worker thread it flushes
 * when the thread has nothing left to do. After `process.exit()` or an uncaught exception, spans are sent only with
 * `blockOnExit`, but for a worker that dies of a write to its dead primary; after SIGKILL, never.
 *
 * Spans that end during the flush are flushed as well. If they keep coming, the last ones are delivered as
 * with `blockOnExit` before the signal is raised again. A process that has nothing left to do is flushed once: what
 * another listener of `beforeExit` does later arrives with `blockOnExit` only. A second signal, 500 ms or more after the first,
 * does not wait for the flush: spans without an answer by then are lost.
 *
 * Keeps the process alive only while it flushes. A flush that fails or takes too long is warned about
 * through OpenTelemetry's `diag`.
 *
 * @param target What holds the spans and what sends them, in this order: `[provider, exporter]`.
 * @returns A function that undoes the call; it may be called more than once.
 * @throws TypeError or RangeError for a target or an option of the wrong type or range.
 */
export function flushOnExit(target: FlushTarget, options: FlushOnExitOptions = {}): () => void {
  const targets = checkFlushTarget('target', target);
  const resolved = resolveExitOptions(options);
  if (resolved.blockOnExit && !targets.some((one) => mayHaveExitDeliverers(one))) {
    const wanted =
      'an exporter or a processor of this package or a provider, or to include one, for `blockOnExit`';
    throw new TypeError(expectation('target', wanted, target));
  }
  const flush = new ExitFlush(targets, resolved, systemClock);
  return isBuildingSnapshot() ? addOnceStarted(flush) : exitRegistry().add(flush);
}

/** A startup snapshot cannot be written with a listener to a signal, so each process that starts with it adds them. */
function addOnceStarted(flush: ExitFlush): Dispose {
  let isUndone = false;
  let dispose = forkRegistry().add({
    child: () => {
      // Undone by a hook before it, as a fork has its own copy of the list; or `afterForkInChild` within the build.
      if (isUndone || isBuildingSnapshot()) return;
      dispose();
      dispose = exitRegistry().add(flush);
    },
    consequence: 'spans may be lost when the process ends',
  });
  return () => {
    isUndone = true;
    dispose();
  };
}

const KNOWN_OPTIONS: OptionNames<FlushOnExitOptions> = {
  signals: true,
  timeoutMillis: true,
  reraise: true,
  blockOnExit: true,
};

function resolveExitOptions(options: FlushOnExitOptions): ExitFlushOptions {
  checkFlushOptions(options, 'flushOnExit([provider, exporter])');
  warnOfUnknownOptions('flushOnExit', options, KNOWN_OPTIONS);
  return {
    signals: checkSignals(options.signals) ?? ['SIGTERM', 'SIGINT'],
    timeoutMillis: checkInteger('timeoutMillis', options.timeoutMillis, TIMER_OR_ZERO) ?? 1_000,
    reraise: checkReraise(options.reraise) ?? 'auto',
    blockOnExit: checkBoolean('blockOnExit', options.blockOnExit) ?? false,
  };
}

function checkSignals(value: unknown): readonly ExitSignal[] | undefined {
  if (value === undefined) return undefined;
  const wanted = `a list of ${EXIT_SIGNALS.join(', ')}`;
  if (!Array.isArray(value)) throw new TypeError(expectation('signals', wanted, value));
  const names: readonly unknown[] = value;
  for (const [index, name] of names.entries()) {
    if (isExitSignal(name)) continue;
    const message = expectation(`signals[${index}]`, `one of ${EXIT_SIGNALS.join(', ')}`, name);
    throw typeof name === 'string' ? new RangeError(message) : new TypeError(message);
  }
  return [...new Set(names.filter((name) => isExitSignal(name)))];
}

function checkReraise(value: unknown): Reraise | undefined {
  if (value === undefined) return undefined;
  const known = RERAISE.find((one) => one === value);
  if (known !== undefined) return known;
  const message = expectation('reraise', "'auto', 'always' or 'never'", value);
  throw typeof value === 'string' ? new RangeError(message) : new TypeError(message);
}
