// Owns what is left to write of a request that is being answered already: a peer that answers at the head of
// a request still wants its body, whose memory is in use until the kernel has it. Knows nothing of requests.

import type { Socket } from 'node:net';

/** Whether not all has left this process. If so, calls back once it has; never if the connection ends before. */
export function hasLeftToWrite(socket: Socket | undefined, onWritten: () => void): boolean {
  if (socket === undefined || socket.writableLength === 0) return false;
  // Behind all else: a `drain` comes only where there was more than the socket's high-water mark.
  socket.write('', (error) => {
    if (!error) onWritten();
  });
  return true;
}
