// Owns the worker thread that sends while the event loop of this thread stands still: one for all that is sent until
// the loop goes on or the process ends. Its start takes some 50 ms, and each of 20 exporters had one of its own: it
// was the time of them all. Knows nothing of what is sent.

import type { Worker } from 'node:worker_threads';
import { systemClock } from '../lang/clock.js';
import { BLOCKING_SENDER_SOURCE } from './blocking-sender-source.js';

let thread: Worker | undefined;

/**
 * Has the thread do the job, for the source says what. Returns at once.
 *
 * @throws Error if Node allows no worker thread.
 */
export function giveToThread(job: object): void {
  thread ??= startThread();
  thread.postMessage(job);
}

function startThread(): Worker {
  // Loaded only when needed: Node warns of this module while a startup snapshot is built.
  const { Worker } = process.getBuiltinModule('node:worker_threads');
  const worker = new Worker(BLOCKING_SENDER_SOURCE, {
    eval: true, // no file, so that it works in bundles and single-executable applications
    execArgv: [],
    env: {}, // NODE_OPTIONS would preload the application's instrumentation
  });
  worker.on('error', () => undefined);
  worker.unref();
  // The process may live on, as after a signal that somebody listens to by now.
  systemClock.scheduleInBackground(0, () => {
    thread = undefined;
    void worker.terminate();
  });
  return worker;
}
