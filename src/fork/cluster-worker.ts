// Owns whether this process is a worker of Node's cluster, and what Node does with it when its channel
// closes. Knows nothing of flushes and forks.

import { EventEmitter } from 'node:events';

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
