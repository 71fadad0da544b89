// Owns reading the Agent's answer, up to a size. The status alone says whether the payload was accepted,
// whatever the body is. Knows nothing of sockets.

import type { SendOutcome } from './send-outcome.js';

/** Cut off when the attempt had begun. */
const CANCELLED: SendOutcome = { kind: 'cancelled', attempts: 1 };
/** The rates of 5 000 services, the most the Agent keeps, take about half of this. */
export const MAX_REPLY_BYTES: number = 1024 * 1024;
/** Of the headers; Node's own limit, which the thread that sends at the exit has by itself. */
export const MAX_HEADER_BYTES: number = 16 * 1024;

/** What keeping a piece takes besides its bytes: a MiB in pieces of one byte took 128 MB. */
const PIECE_BYTES = 128;

const NONE: readonly string[] = [];

export interface Reply {
  readonly status: number;
  /** `Datadog-Rates-Payload-Version`, if the Agent sent one. */
  readonly ratesVersion: string | undefined;
  /** Values of `Retry-After`, usually none. */
  readonly retryAfter: readonly string[];
  /** Text of the body; empty if it broke off or was too large. */
  readonly text: string;
}

type ReplyHeaders = Readonly<Record<string, string | string[] | undefined>>;

type ReadState =
  | { readonly phase: 'waiting' }
  | {
      readonly phase: 'reading';
      readonly head: Omit<Reply, 'text'>;
      readonly chunks: Uint8Array[];
      bytes: number;
    };

export class ReplyReader {
  #state: ReadState = { phase: 'waiting' };

  start(status: number, headers: ReplyHeaders): void {
    if (status < 200) return; // informational; the answer is still to come
    const [ratesVersion] = valuesOf(headers['datadog-rates-payload-version']);
    const head = { status, ratesVersion, retryAfter: valuesOf(headers['retry-after']) };
    this.#state = { phase: 'reading', head, chunks: [], bytes: 0 };
  }

  /** Takes a piece of the body; `false` when that is larger than any the Agent sends, or comes in ever so many pieces. */
  take(chunk: Uint8Array): boolean {
    if (this.#state.phase === 'waiting') return true;
    this.#state.bytes += chunk.length + PIECE_BYTES;
    if (this.#state.bytes > MAX_REPLY_BYTES) return false;
    this.#state.chunks.push(chunk);
    return true;
  }

  /** The outcome of a reply that arrived whole. */
  complete(): SendOutcome {
    return this.#outcome((chunks) => Buffer.concat(chunks).toString()) ?? CANCELLED;
  }

  /** The outcome of a reply that broke off: its status counts if it had arrived. */
  interrupted(otherwise: SendOutcome = CANCELLED): SendOutcome {
    return this.#outcome(() => '') ?? otherwise;
  }

  #outcome(textOf: (chunks: readonly Uint8Array[]) => string): SendOutcome | undefined {
    if (this.#state.phase === 'waiting') return undefined;
    const { head, chunks } = this.#state;
    return outcomeOf({ ...head, text: textOf(chunks) });
  }
}

/** Whether a status says that the payload was accepted. */
export function isSuccess(status: number): boolean {
  return status >= 200 && status < 300;
}

/** What the status of a reply means for the payload. */
export function outcomeOf(reply: Reply): SendOutcome {
  return { kind: isSuccess(reply.status) ? 'accepted' : 'rejected', reply };
}

function valuesOf(header: string | string[] | undefined): readonly string[] {
  return header === undefined ? NONE : [header].flat();
}
