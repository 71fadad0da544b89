// Owns the answer to a request that is not written yet. Knows nothing of requests.

import type { Socket } from 'node:net';
import type { SendOutcome } from './send-outcome.js';

/**
 * Settles with `accepted` when all is written: a peer that answers at once still wants the spans. What waits fits
 * into the socket's buffer if it needs no drain, and needs nobody to wait for it.
 */
export function settleWhenWritten(
  socket: Socket | undefined,
  accepted: SendOutcome,
  settle: (outcome: SendOutcome) => void,
): void {
  if (socket?.writableNeedDrain !== true) return settle(accepted);
  const onDrain = (): void => end(accepted);
  const onClose = (): void => {
    const cause = new Error(
      'the connection ended before the body was written, though it was accepted',
    );
    end({ kind: 'broken', at: 'socket', cause: Object.assign(cause, { code: 'EPIPE' }) });
  };
  const end = (outcome: SendOutcome): void => {
    socket.off('drain', onDrain).off('close', onClose);
    settle(outcome);
  };
  socket.on('drain', onDrain).on('close', onClose);
}
