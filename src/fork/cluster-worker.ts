// Owns whether this process is a worker of Node's cluster, and how Node ends it when its primary is gone.
// Knows nothing of flushes and forks.

import { EventEmitter } from 'node:events';
import { listenFirst } from '../lang/audience.js';
import type { Dispose } from '../lang/clock.js';

/**
 * `cluster.worker`, in a process that was started with a channel. `node:cluster` reads the environment when it is
 * loaded, so it is loaded on demand and not imported; and not in a process that was started without a channel, as
 * loading it takes 1 to 2 ms. Its types have a default export only.
 */
export function clusterWorker(): EventEmitter | undefined {
  if (typeof process.send !== 'function') return undefined;
  const cluster: object = process.getBuiltinModule('node:cluster');
  const worker: unknown = 'worker' in cluster ? cluster.worker : undefined;
  return worker instanceof EventEmitter ? worker : undefined;
}

/**
 * Whether Node makes `worker` exit as soon as all listeners to `disconnect` have run: its primary is gone, or it called
 * `process.disconnect()` itself. Otherwise it may end in its own time. Source: Node, `lib/internal/cluster/child.js`.
 */
export function exitsAtDisconnect(worker: EventEmitter): boolean {
  return Reflect.get(worker, 'exitedAfterDisconnect') !== true;
}

/**
 * Calls `listener` when a write to what is closed is about to end this process, unless the application handles that.
 * So Node ends a worker that writes to its primary before it has heard that this is gone: for its application, or to
 * tell that it has taken a connection. Writes to others are not told apart, as their errors are the same.
 */
export function onFatalWrite(listener: () => void): Dispose {
  return listenFirst(process, 'uncaughtExceptionMonitor', (error) => {
    if (isBrokenPipe(error)) listener();
  });
}

function isBrokenPipe(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  return Reflect.get(error, 'code') === 'EPIPE' && Reflect.get(error, 'syscall') === 'write';
}
