// Owns the options of a development Agent. Holds no logic.

import type { ReceivedRequest } from './received-request.js';

/** How a development Agent listens and answers; every member may be left out. */
export interface DevAgentOptions {
  /**
   * TCP port on 127.0.0.1; 0 takes any free one.
   *
   * @default `0`; without a port but with a `socketPath`, there is no TCP listener
   */
  readonly port?: number | undefined;
  /**
   * Path of a Unix socket to listen on as well. A socket file that a dead process left behind is
   * replaced; one that somebody listens on is an error.
   *
   * @default none
   */
  readonly socketPath?: string | undefined;
  /**
   * The `rate_by_service` of the replies.
   *
   * @default `{ 'service:,env:': 1 }`
   */
  readonly sampleRates?: Readonly<Record<string, number>> | undefined;
  /**
   * Called for every trace request that arrived completely; may change or delay the reply. What it
   * leaves out stays as in the normal reply. If it throws or rejects, the reply is a 500 with the
   * error's message. A payload that was refused stays refused, whatever status is answered.
   *
   * @default the normal reply, at once
   */
  readonly respond?:
    | ((request: ReceivedRequest) => DevAgentReply | undefined | Promise<DevAgentReply | undefined>)
    | undefined;
}

/** What to answer instead of the normal reply. */
export interface DevAgentReply {
  /** Anything but 2xx means that the spans of the request do not count as received. */
  readonly status?: number | undefined;
  /** Headers added to the normal reply. */
  readonly headers?: Readonly<Record<string, string>> | undefined;
  readonly body?: string | Uint8Array | undefined;
}

/** How long to wait for what is still to come. */
export interface WaitOptions {
  /**
   * Longest wait, in milliseconds.
   *
   * @default `5000`
   */
  readonly timeoutMillis?: number | undefined;
}
