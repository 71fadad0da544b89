// Owns the shape in which a trace request and the traces in it are shown. Holds no logic.

import type { ReceivedSpan } from './received-span.js';
import type { Violation } from './violation.js';

/** Which listener a request came in on. */
export type Listener = 'tcp' | 'unix';

/** A request to `/v0.4/traces` whose payload arrived completely, whatever became of it. */
export interface ReceivedRequest {
  readonly method: string;
  /** Without the query. */
  readonly path: string;
  /** Lower-case names; has no prototype. */
  readonly headers: Readonly<Record<string, string>>;
  readonly via: Listener;
  /** Serial number of the connection it came on, from 1: equal numbers mean a reused one. */
  readonly connection: number;
  /** The client's port; only over TCP. */
  readonly remotePort?: number;
  readonly bodyBytes: number;
  readonly body: Uint8Array;
  /** Every trace chunk of the payload, also the dropped ones; none if the payload was refused. */
  readonly chunks: readonly (readonly ReceivedSpan[])[];
  /** At most the first 1000, and the one for which the payload was refused. */
  readonly violations: readonly Violation[];
}

/** The accepted spans of one trace, of all requests, in order of arrival. */
export interface ReceivedTrace {
  /** 32 lower-case hex digits. */
  readonly traceId: string;
  readonly spans: readonly ReceivedSpan[];
}
