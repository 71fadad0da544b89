// Owns PM2's graceful stop: the message that asks a process to end, listening to it without keeping
// the process alive, and telling the application's listeners from PM2's own. Knows nothing of flushing.

import { clusterWorker } from '../fork/cluster-worker.js';
import { listenFirst } from '../lang/audience.js';
import { type Dispose, nothingToDispose } from '../lang/clock.js';
import { hasMethods } from '../lang/methods.js';
import { settleOnce } from '../lang/settle-once.js';

/** What `pm2 stop --shutdown-with-message` sends; SIGKILL follows after 1 600 ms. */
const SHUTDOWN_MESSAGE = 'shutdown';

/** Texts in the source of the two listeners that PM2 7 adds to every process; these wait for other messages. */
const LISTENERS_OF_PM2 = ['log:reload', 'Received reverse message from IPC'];

/** Calls `listener` when PM2 asks this process to end. */
export function onShutdownMessage(listener: () => void): Dispose {
  const stop = listenFirst(process, 'message', (message) => {
    if (message === SHUTDOWN_MESSAGE) listener();
  });
  const hold = releaseChannel();
  return settleOnce<void>(() => {
    hold();
    stop();
  });
}

/**
 * Whether any listener but ours may act on the message. An unknown one counts: if it does not act, PM2
 * kills the process; if it does and we did not count it, we would cut it off.
 */
export function othersAwaitMessages(): boolean {
  const worker = clusterWorker();
  if (worker !== undefined && worker.listenerCount('message') > 0) return true;
  const unknown = process.listeners('message').filter((one) => !isOfPm2(one));
  // The known ones are ours and, in a worker, Node's own, which hands messages on to `cluster.worker`.
  return unknown.length > (worker === undefined ? 1 : 2);
}

function isOfPm2(listener: (...values: never[]) => unknown): boolean {
  const source = Function.prototype.toString.call(listener);
  return LISTENERS_OF_PM2.some((text) => source.includes(text));
}

/**
 * Node counts the listeners to messages, and keeps the process alive while there are any. This takes one
 * out of the count; the disposer, to be called before the listener is removed, puts it back. Undocumented,
 * but the same in Node 20 to 26; `channel.unref()` would also unref the channel for the application.
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
  return hasMethods(channel, ['refCounted', 'unrefCounted']);
}
