// Owns what has reached a peer whole: each request has to be what the Agent takes, and no span may come
// again unless the peer gave reason for it. Knows nothing of sockets.

import type { ReceivedSpan } from '../../src/dev-agent/index.js';
import { decodeStrictly } from './encoding.js';

/** Answers after which the same spans may be sent again; without any they may be as well. */
const ASKS_AGAIN: ReadonlySet<number> = new Set([408, 413, 425, 429, 500, 502, 503, 504]);
/** The Agent refuses a body of 25 MiB. */
const AGENT_LIMIT_BYTES = 25 * 1_024 * 1_024;

/** One request that arrived whole. */
interface Arrival {
  readonly head: string;
  readonly body: Uint8Array;
  chunks: readonly (readonly ReceivedSpan[])[] | undefined;
  /** Status of its answer, once that has begun. */
  status: number | undefined;
}

export class Arrivals {
  readonly #arrivals: Arrival[] = [];

  /** Returns where the status of the answer is to be noted. */
  add(head: string, body: Uint8Array): (status: number) => void {
    const arrival: Arrival = { head, body, chunks: undefined, status: undefined };
    this.#arrivals.push(arrival);
    return (status) => {
      arrival.status ??= status;
    };
  }

  get spans(): readonly ReceivedSpan[] {
    return this.#arrivals.flatMap((arrival) => chunksOf(arrival).flat());
  }

  get heads(): readonly string[] {
    return this.#arrivals.map(({ head }) => head);
  }

  get bodyBytes(): readonly number[] {
    return this.#arrivals.map(({ body }) => body.length);
  }

  /** @throws Error that lists what was wrong with the requests. */
  assertFaultless(): void {
    const faults = [...this.#arrivals.flatMap(faultsOf), ...this.#needless()];
    if (faults.length > 0) throw new Error(`What arrived is not faultless:\n${faults.join('\n')}`);
  }

  /** Spans that came again though the peer had answered for good. */
  #needless(): readonly string[] {
    const settled = new Map<bigint, number>();
    const needless: string[] = [];
    for (const arrival of this.#arrivals) {
      const { status } = arrival;
      const isFinal = status !== undefined && !ASKS_AGAIN.has(status);
      for (const { spanId } of chunksOf(arrival).flat()) {
        const before = settled.get(spanId);
        if (before !== undefined) needless.push(`span ${spanId} again after a ${before}`);
        if (isFinal) settled.set(spanId, status);
      }
    }
    return needless;
  }
}

function chunksOf(arrival: Arrival): readonly (readonly ReceivedSpan[])[] {
  arrival.chunks ??= decodeStrictly(arrival.body);
  return arrival.chunks;
}

function faultsOf(arrival: Arrival): readonly string[] {
  const { head, body } = arrival;
  const wanted = [
    /^PUT \/v0\.4\/traces HTTP\/1\.1\r\n/,
    /\r\ncontent-type: application\/msgpack\r\n/i,
    new RegExp(String.raw`\r\nx-datadog-trace-count: ${chunksOf(arrival).length}\r\n`, 'i'),
  ];
  const missing = wanted.filter((line) => !line.test(head)).map((line) => `no ${line} in ${head}`);
  return body.length < AGENT_LIMIT_BYTES ? missing : [...missing, `a body of ${body.length} bytes`];
}
