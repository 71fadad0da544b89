// Owns what signals mean to a process: which may end it, who else listens to them, and how to die of
// one after all. Knows nothing of what happens before.

import { constants } from 'node:os';

const FIRST_PROCESS = 1;
/** Shells report a process that a signal ended by this plus the number of the signal. */
const SIGNAL_EXIT = 128;
const SIGNAL_EXIT_V4 = Symbol.for('signal-exit emitter');
const SIGNAL_EXIT_V3 = '__signal_exit_emitter__';

/** Signals that end a process unless it listens to them. */
export type ExitSignal = 'SIGTERM' | 'SIGINT' | 'SIGHUP' | 'SIGQUIT' | 'SIGUSR2';

export const EXIT_SIGNALS: readonly ExitSignal[] = [
  'SIGTERM',
  'SIGINT',
  'SIGHUP',
  'SIGQUIT',
  'SIGUSR2',
];

export function isExitSignal(value: unknown): value is ExitSignal {
  return EXIT_SIGNALS.some((signal) => signal === value);
}

/**
 * Number of listeners to `signal` that decide when the process ends. Those of the package `signal-exit` do
 * not: they run clean-up code and kill the process, but only when no others are left.
 */
export function plannedListeners(signal: ExitSignal): number {
  return Math.max(process.listenerCount(signal) - signalExitListeners(), 0);
}

/**
 * Sends `signal` to this process, which dies of it at once, unless somebody listens or it is the first process
 * of a container, which the kernel spares.
 *
 * @param isFinal Whether to end the process even if others listen; these are not called again.
 */
export function raise(signal: ExitSignal, isFinal: boolean): void {
  if (isFinal && plannedListeners(signal) > 0) process.removeAllListeners(signal);
  process.kill(process.pid, signal);
  if (isFinal && process.pid === FIRST_PROCESS)
    process.exit(SIGNAL_EXIT + constants.signals[signal]);
}

/** Each loaded copy of signal-exit has one listener per signal; copies of one major version are counted together. */
function signalExitListeners(): number {
  return (
    listenersOf(Reflect.get(process, SIGNAL_EXIT_V3)) +
    listenersOf(Reflect.get(globalThis, SIGNAL_EXIT_V4))
  );
}

function listenersOf(emitter: unknown): number {
  if (typeof emitter !== 'object' || emitter === null || !('count' in emitter)) return 0;
  return typeof emitter.count === 'number' ? emitter.count : 0;
}
