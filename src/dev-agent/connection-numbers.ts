// Owns the serial numbers of connections, by which a reused one is recognised. Knows nothing of
// what is sent on them.

import type { Socket } from 'node:net';

/** Numbers sockets from 1, in the order in which they are first asked for. */
export class ConnectionNumbers {
  readonly #numbers = new WeakMap<Socket, number>();
  #last = 0;

  numberOf(socket: Socket): number {
    const known = this.#numbers.get(socket);
    if (known !== undefined) return known;
    this.#last += 1;
    this.#numbers.set(socket, this.#last);
    return this.#last;
  }
}
