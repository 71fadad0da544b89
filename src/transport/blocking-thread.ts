// Owns the worker thread that sends while the event loop of this thread stands still: one for all that is sent until
// the loop goes on or the process ends. Its start takes some 50 ms: when each of 20 exporters had a thread of its own,
// none delivered within a second. Knows nothing of what is sent.

import type { Worker } from 'node:worker_threads';
import { systemClock } from '../lang/clock.js';
import { BLOCKING_SENDER_SOURCE } from './blocking-sender-source.js';

interface StartedThread {
  readonly worker: Worker;
  /** Its element is 0 until the thread is up. */
  readonly isUp: Int32Array;
}

let thread: StartedThread | undefined;

/**
 * Gives the thread a job, of the shape that its source takes. Waits until it is up, for `limitMillis` at most.
 *
 * @throws Error if Node allows no worker thread.
 */
export function giveToThread(job: object, limitMillis: number): void {
  thread ??= startThread();
  const { worker, isUp } = thread;
  worker.postMessage(job);
  Atomics.wait(isUp, 0, 0, limitMillis);
}

function startThread(): StartedThread {
  // Loaded only when needed: Node warns of this module while a startup snapshot is built.
  const { Worker } = process.getBuiltinModule('node:worker_threads');
  const isUp = new Int32Array(new SharedArrayBuffer(4));
  const worker = new Worker(BLOCKING_SENDER_SOURCE, {
    eval: true, // no file, so that it works in bundles and single-executable applications
    execArgv: [],
    env: {}, // NODE_OPTIONS would preload the application's instrumentation
    workerData: isUp,
  });
  worker.on('error', () => undefined);
  worker.unref();
  // The process may live on, as after a signal that somebody listens to by now.
  systemClock.scheduleInBackground(0, () => {
    thread = undefined;
    void worker.terminate();
  });
  return { worker, isUp };
}
