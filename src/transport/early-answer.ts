// Owns what is left to write of a request that is being answered already: a peer that answers at the head of
// a request still wants its body. Knows nothing of requests.

import type { Socket } from 'node:net';
import type { SendOutcome } from './send-outcome.js';

type Listener = () => void;

type State =
  | { readonly phase: 'writing'; readonly listeners: Listener[] }
  | { readonly phase: 'written' }
  | { readonly phase: 'cut' };

/** The rest of a body, on its way into the kernel. */
export class Upload {
  #state: State = { phase: 'writing', listeners: [] };

  /** None if `socket` needs no drain: what waits then fits into its buffer and needs nobody to wait for it. */
  static restOn(socket: Socket | undefined): Upload | undefined {
    return socket?.writableNeedDrain === true ? new Upload(socket) : undefined;
  }

  private constructor(socket: Socket) {
    const onDrain = (): void => end({ phase: 'written' });
    const onClose = (): void => end({ phase: 'cut' });
    const end = (state: State): void => {
      socket.off('drain', onDrain).off('close', onClose);
      this.#end(state);
    };
    socket.on('drain', onDrain).on('close', onClose);
  }

  get isWritten(): boolean {
    return this.#state.phase === 'written';
  }

  /** Calls back once all is written, or never will be; at once if that is so already. */
  whenOver(listener: Listener): void {
    if (this.#state.phase === 'writing') this.#state.listeners.push(listener);
    else listener();
  }

  #end(state: State): void {
    const before = this.#state;
    this.#state = state;
    if (before.phase === 'writing') for (const listener of before.listeners) listener();
  }
}

/** What a 2xx comes to whose request was never written whole. */
export function cutUpload(): SendOutcome {
  const text = 'the connection ended before the body was written, though it was accepted';
  return { kind: 'broken', at: 'socket', cause: Object.assign(new Error(text), { code: 'EPIPE' }) };
}
