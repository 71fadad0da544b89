// The ways in which a process may end, in the order of the table. Knows nothing of tracing.
//
// `host` is who starts the process: the script, or a host process, to which it is a child, a cluster
// worker or a worker thread. `inside` is done in it once its spans have ended, `outside` by its host
// when it has said so. A way without either is a process with nothing left to do.

import cluster from 'node:cluster';
import { parentPort } from 'node:worker_threads';

const stay = () => void setInterval(() => undefined, 60_000);

export const WAYS = {
  naturalEnd: { name: 'nothing left to do', host: 'script' },
  forkedEnd: { name: 'nothing left to do, in a child of `child_process.fork`', host: 'fork' },
  sigterm: bySignal('SIGTERM'),
  sigint: bySignal('SIGINT'),
  disconnect: {
    name: 'cluster: the primary calls `worker.disconnect()`',
    host: 'cluster',
    outside: (worker) => worker.disconnect(),
  },
  ownDisconnect: {
    name: 'cluster: the worker calls `cluster.worker.disconnect()`',
    host: 'cluster',
    inside: () => cluster.worker.disconnect(),
  },
  kill: {
    name: 'cluster: the primary calls `worker.kill()`, which sends SIGTERM',
    host: 'cluster',
    outside: (worker) => worker.kill(),
  },
  ownKill: {
    name: 'cluster: the worker calls `cluster.worker.kill()`, which exits',
    host: 'cluster',
    inside: () => cluster.worker.kill(),
  },
  orphan: {
    name: 'cluster: the primary gets SIGKILL; its worker exits',
    host: 'cluster',
    outside: () => process.kill(process.pid, 'SIGKILL'),
  },
  interrupted: {
    name: 'cluster: worker and primary get SIGINT, as at ^C',
    host: 'cluster',
    outside: (worker) => {
      worker.process.kill('SIGINT');
      process.kill(process.pid, 'SIGINT');
    },
  },
  exit: { name: '`process.exit()`', host: 'script', inside: () => process.exit(0) },
  exception: { name: 'an uncaught exception', host: 'script', inside: fail },
  threadEnd: { name: 'worker thread: nothing left to do', host: 'thread' },
  threadExit: {
    name: 'worker thread: its own `process.exit()`',
    host: 'thread',
    inside: () => process.exit(0),
  },
  threadException: {
    name: 'worker thread: an uncaught exception',
    host: 'thread',
    inside: fail,
  },
  askedThread: {
    name: 'worker thread: asked to `forceFlush()`, then `terminate()`',
    host: 'thread',
    inside: (processor) => {
      const answer = () => parentPort.postMessage('flushed', []);
      parentPort.once('message', () => void processor.forceFlush().then(answer));
    },
    outside: (worker) => {
      worker.once('message', () => void worker.terminate());
      worker.postMessage('flush', []);
    },
  },
  terminate: {
    name: 'worker thread: `terminate()`',
    host: 'thread',
    inside: stay,
    outside: (worker) => void worker.terminate(),
  },
  exitAbove: {
    name: 'worker thread: the main thread calls `process.exit()`',
    host: 'thread',
    inside: stay,
    outside: () => process.exit(0),
  },
  sigkill: bySignal('SIGKILL'),
};

function bySignal(signal) {
  const outside = (child) => child.kill(signal);
  return { name: signal, host: 'script', inside: stay, outside };
}

function fail() {
  throw new Error('nobody catches this');
}
