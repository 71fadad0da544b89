// Owns reading a socket piece by piece, as much as a script asks for: the rest stays in the kernel, so
// that a peer can be made to wait.

import { once } from 'node:events';
import type { Socket } from 'node:net';

const HEAD_END = '\r\n\r\n';

export class SocketReader {
  readonly #socket: Socket;
  /** What was read and not taken yet, in the pieces in which it came. */
  #pieces: Buffer[] = [];
  #bufferedBytes = 0;

  constructor(socket: Socket) {
    this.#socket = socket;
    socket.pause();
  }

  /** Whether another byte comes before the peer ends. */
  async hasMore(): Promise<boolean> {
    while (this.#bufferedBytes === 0) if (!(await this.#readMore())) return false;
    return true;
  }

  /** @throws Error if the peer ends before. */
  async bytes(count: number): Promise<Buffer> {
    while (this.#bufferedBytes < count) await this.#mustReadMore();
    const buffered = this.#joined();
    this.#pieces = [buffered.subarray(count)];
    this.#bufferedBytes -= count;
    return buffered.subarray(0, count);
  }

  /** Head of a request with its closing empty line. */
  async head(): Promise<string> {
    while (!this.#joined().includes(HEAD_END)) await this.#mustReadMore();
    const end = this.#joined().indexOf(HEAD_END) + HEAD_END.length;
    return (await this.bytes(end)).toString('latin1');
  }

  #joined(): Buffer {
    const joined = this.#pieces.length === 1 ? this.#pieces[0] : Buffer.concat(this.#pieces);
    this.#pieces = joined === undefined ? [] : [joined];
    return joined ?? Buffer.alloc(0);
  }

  async #mustReadMore(): Promise<void> {
    if (!(await this.#readMore())) throw new Error('the peer has ended');
  }

  async #readMore(): Promise<boolean> {
    for (;;) {
      const chunk: unknown = this.#socket.read();
      if (Buffer.isBuffer(chunk)) {
        this.#pieces.push(chunk);
        this.#bufferedBytes += chunk.length;
        return true;
      }
      if (this.#socket.readableEnded || this.#socket.destroyed) return false;
      await firstOf(this.#socket, ['readable', 'close']);
    }
  }
}

/** Resolves with the first of these events and listens to none of them any more. */
export async function firstOf(socket: Socket, events: readonly string[]): Promise<void> {
  const waiting = new AbortController();
  const { signal } = waiting;
  try {
    await Promise.race(events.map((event) => once(socket, event, { signal })));
  } finally {
    waiting.abort();
  }
}
