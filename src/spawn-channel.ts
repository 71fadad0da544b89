// Owns seeing child processes being started, by Node's diagnostics channels: nothing is patched, and it
// makes no difference how a function of `child_process` or `cluster` was imported. Knows nothing of hooks.

import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import type { Dispose } from './lang/clock.js';

/** Published by the constructor of a child process, before the system call. */
const CONSTRUCTED = 'child_process';
/** Node 24 and later: published once the system call was made or has failed. */
const STARTED = ['tracing:child_process.spawn:end', 'tracing:child_process.spawn:error'];

/**
 * Calls `begin` synchronously before each child process is started, and what it returned afterwards:
 * synchronously from Node 24 on; before, and for a child process that is only constructed, in a
 * microtask. May call that twice.
 */
export function listenToSpawns(begin: () => () => void): Dispose {
  const ends = new WeakMap<object, () => void>();
  const onConstructed = (message: unknown): void => {
    const end = begin();
    ends.set(childOf(message), end);
    queueMicrotask(end);
  };
  const onStarted = (message: unknown): void => ends.get(childOf(message))?.();
  subscribe(CONSTRUCTED, onConstructed);
  for (const channel of STARTED) subscribe(channel, onStarted);
  return () => {
    unsubscribe(CONSTRUCTED, onConstructed);
    for (const channel of STARTED) unsubscribe(channel, onStarted);
  };
}

/** The child process that a message is about; of other publishers, the message itself. */
function childOf(message: unknown): object {
  if (typeof message !== 'object' || message === null) return {};
  const child: unknown = Reflect.get(message, 'process');
  return typeof child === 'object' && child !== null ? child : message;
}
