// Owns the time that connecting may take: undici's own limit counts in half seconds (`lib/util/timers.js`).
// Knows nothing of requests.

import type { Socket } from 'node:net';
import type { Clock, Dispose } from '../lang/clock.js';

/** Ends `socket` with an error of code `ETIMEDOUT` unless the disposer is called in time, or it closes. */
export function limitConnecting(
  socket: Socket | undefined,
  limitMillis: number,
  clock: Clock,
): Dispose {
  const stopTimer = clock.schedule(limitMillis, () => {
    const error = new Error(`no connection within ${limitMillis} ms`);
    socket?.destroy(Object.assign(error, { code: 'ETIMEDOUT' }));
  });
  socket?.once('close', stopTimer); // an end that undici does not call back for
  return stopTimer;
}
