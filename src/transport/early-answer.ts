// Owns what is left to write of a request that is being answered already: a peer that answers at the head of
// a request still wants its body. Knows nothing of requests.

import type { Socket } from 'node:net';

type Phase = 'writing' | 'written' | 'cut';

/** The rest of a body, on its way into the kernel; until it is there, its memory is in use. */
export class Upload {
  #phase: Phase = 'writing';
  readonly #onWritten: () => void;

  /** None if all has left this process. Else calls back once it has; never if the connection ends before. */
  static restOn(socket: Socket | undefined, onWritten: () => void): Upload | undefined {
    const isRest = socket !== undefined && socket.writable && socket.writableLength > 0;
    return isRest ? new Upload(socket, onWritten) : undefined;
  }

  private constructor(socket: Socket, onWritten: () => void) {
    this.#onWritten = onWritten;
    // Behind all else: a `drain` comes only where there was more than the socket's high-water mark.
    socket.write('', (error) => this.#end(error ? 'cut' : 'written'));
  }

  /** Whether not all has left this process, or never will. */
  get isUnwritten(): boolean {
    return this.#phase !== 'written';
  }

  #end(phase: Phase): void {
    this.#phase = phase;
    if (phase === 'written') this.#onWritten();
  }
}
