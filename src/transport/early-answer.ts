// Owns an answer that comes before its request is written: a peer that answers at the head of a request still
// wants its body, whose memory is in use until the kernel has it. Knows nothing of what is sent.

import type { Socket } from 'node:net';
import type { Dispose } from '../lang/clock.js';
import type { SendOutcome } from './send-outcome.js';

/** The code of an error that means that the peer has reset the connection. */
const RESET = 'ECONNRESET';

/** Reading an answer, as undici lets it be paused. */
interface Reading {
  pause(): void;
  resume(): void;
}

/**
 * If not all has left this process, pauses the answer until it has, and then calls back first: once undici has
 * read the whole answer, it may end the connection. Never calls back if the connection ends before.
 *
 * @returns whether the answer was paused.
 */
export function holdAnswer(
  socket: Socket | undefined,
  reading: Reading,
  onWritten: () => void,
): boolean {
  if (socket === undefined || socket.writableLength === 0) return false;
  reading.pause();
  const stopGuarding = guardPaused(socket, reading);
  // Behind all else: a `drain` comes only where there was more than the socket's high-water mark.
  socket.write('', (error) => {
    if (error) return;
    stopGuarding();
    onWritten();
    reading.resume();
  });
  return true;
}

/**
 * The outcome of an answer that was paused when the connection ended: as if there had been none, so that the payload
 * is sent again, whatever undici has made of the end of the answer.
 */
export function cutShort(cause?: unknown): SendOutcome {
  const what = 'the peer ended the connection before it had the whole request';
  const error = Object.assign(new Error(what, { cause }), { code: RESET });
  return { kind: 'broken', at: 'socket', cause: error };
}

/**
 * undici asserts in listeners of its socket that it is not paused when the connection ends, where nobody could catch
 * that (7.30; undici issue 5360). So it goes on before it learns that the peer has closed its side, and is not told
 * that the connection was reset: it looks for the end of the answer only after `ECONNRESET`.
 */
function guardPaused(socket: Socket, reading: Reading): Dispose {
  const goOn = (): void => reading.resume();
  let isHidden = false;
  const hideReset = (error: NodeJS.ErrnoException): void => {
    isHidden = error.code === RESET;
    if (isHidden) error.code = 'EPIPE';
  };
  const showReset = (error: NodeJS.ErrnoException): void => {
    if (isHidden) error.code = RESET;
  };
  socket.prependOnceListener('end', goOn);
  socket.prependOnceListener('error', hideReset);
  socket.once('error', showReset); // behind undici's listener
  return () => {
    socket.off('end', goOn);
    socket.off('error', hideReset);
    socket.off('error', showReset);
  };
}
