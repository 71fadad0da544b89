// Owns finding the cluster worker that this process is, if it is one. Knows nothing of exits and forks.

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
