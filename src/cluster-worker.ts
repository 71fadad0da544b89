// Owns finding the cluster worker that this process is, if it is one, and what Node does with it when its channel
// closes. Knows nothing of flushes and forks.

import { EventEmitter } from 'node:events';

/**
 * `cluster.worker`. `node:cluster` reads the environment as it is loaded, so it is loaded here and not
 * by an import. Its types know a default export only.
 */
export function clusterWorker(): EventEmitter | undefined {
  const cluster: object = process.getBuiltinModule('node:cluster');
  const worker: unknown = 'worker' in cluster ? cluster.worker : undefined;
  return worker instanceof EventEmitter ? worker : undefined;
}

/**
 * Whether Node makes `worker` exit as soon as all have heard of `disconnect`: its primary is gone, or it has left by
 * itself with `process.disconnect()`. Otherwise it may end in its own time. Source: Node, `lib/internal/cluster/child.js`.
 */
export function exitsAtDisconnect(worker: EventEmitter): boolean {
  return Reflect.get(worker, 'exitedAfterDisconnect') !== true;
}
