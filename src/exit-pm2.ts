// Owns PM2's graceful stop: the message that asks a process to end, listening to it without keeping
// the process, and telling the application's listeners from PM2's own. Knows nothing of flushing.

import { clusterWorker } from './cluster-worker.js';
import { type Dispose, nothingToDispose } from './lang/clock.js';
import { listenFirst } from './lang/audience.js';

/** What `pm2 stop --shutdown-with-message` sends; SIGKILL follows after 1 600 ms. */
const SHUTDOWN_MESSAGE = 'shutdown';

/** Texts in the two listeners that PM2 7 puts into every process; they mean other messages. */
const LISTENERS_OF_PM2 = ['log:reload', 'Received reverse message from IPC'];

/** Calls `listener` when PM2 asks this process to end. */
export function onShutdownMessage(listener: () => void): Dispose {
  const stop = listenFirst(process, 'message', (message) => {
    if (message === SHUTDOWN_MESSAGE) listener();
  });
  const hold = releaseChannel();
  return () => {
    hold();
    stop();
  };
}

/**
 * Whether anybody but the listener above may act on the message. A listener that is not known counts:
 * a process that waits for nobody is killed by PM2, one that is ended too early is cut off by us.
 */
export function othersAwaitMessages(): boolean {
  const worker = clusterWorker();
  if (worker !== undefined && worker.listenerCount('message') > 0) return true;
  const unknown = process.listeners('message').filter((one) => !isOfPm2(one));
  // Node's own, which hands messages on to `cluster.worker`, and the one above.
  return unknown.length > (worker === undefined ? 1 : 2);
}

function isOfPm2(listener: (...values: never[]) => unknown): boolean {
  const source = Function.prototype.toString.call(listener);
  return LISTENERS_OF_PM2.some((text) => source.includes(text));
}

/**
 * Node keeps a process while it listens to messages, and counts the listeners. This takes one out of
 * the count; the disposer puts it back, to be called before the listener is removed. Not documented by
 * Node, and the same from 20 to 26; `channel.unref()` would also unref it for the application.
 */
function releaseChannel(): Dispose {
  const channel: unknown = process.channel;
  if (!isCounted(channel)) return nothingToDispose;
  channel.unrefCounted();
  return () => channel.refCounted();
}

interface CountedChannel {
  refCounted(): void;
  unrefCounted(): void;
}

function isCounted(channel: unknown): channel is CountedChannel {
  if (typeof channel !== 'object' || channel === null) return false;
  return 'refCounted' in channel && 'unrefCounted' in channel;
}
