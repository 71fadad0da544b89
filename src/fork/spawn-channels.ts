// Owns noticing starts of child processes, by Node's diagnostics channels: nothing is patched, and it
// makes no difference how a function of `child_process` or `cluster` was imported. Knows nothing of hooks.

import { channel } from 'node:diagnostics_channel';
import type { Dispose } from '../lang/clock.js';

/** Called before a child process is started; the function that it returns is called after that. */
type OnSpawn = () => () => void;

/** Keeps its channels: one that is garbage-collected while a snapshot is built crashes Node. */
export class SpawnChannels {
  /** Published by the constructor of a child process, before the system call. */
  readonly #constructed = channel('child_process');
  /** Node 24 and later: published once the system call was made or has failed. */
  readonly #started = [
    channel('tracing:child_process.spawn:end'),
    channel('tracing:child_process.spawn:error'),
  ];

  /**
   * Calls `onSpawn` before each start, and the function that it returned as soon as the start is over: from
   * Node 24 on before the application's call returns, else in a microtask. May call that function twice.
   */
  listen(onSpawn: OnSpawn): Dispose {
    const ends = new WeakMap<object, () => void>();
    const onConstructed = (message: unknown): void => {
      const end = onSpawn();
      ends.set(childOf(message), end);
      queueMicrotask(end); // also if the child process is only constructed
    };
    const onStarted = (message: unknown): void => ends.get(childOf(message))?.();
    this.#constructed.subscribe(onConstructed);
    for (const one of this.#started) one.subscribe(onStarted);
    return () => {
      this.#constructed.unsubscribe(onConstructed);
      for (const one of this.#started) one.unsubscribe(onStarted);
    };
  }
}

/** The child process that a message is about; the message itself, if another publisher sent it. */
function childOf(message: unknown): object {
  if (typeof message !== 'object' || message === null) return {};
  const child: unknown = Reflect.get(message, 'process');
  return typeof child === 'object' && child !== null ? child : message;
}
