// Owns who this process is towards Datadog: its pid and its runtime id, which is made once and shared
// by all exporters of the process.

import { randomUUID } from 'node:crypto';

export interface ProcessIdentity {
  readonly processId: number;
  /** `runtime-id`: a UUID. */
  readonly runtimeId: string;
}

let identity: ProcessIdentity | undefined;

/** The identity of this process, made when it is first asked for. */
export function processIdentity(): ProcessIdentity {
  identity ??= {
    processId: process.pid,
    // Node keeps random bytes in reserve; a duplicated heap would make the same ids of them.
    runtimeId: randomUUID({ disableEntropyCache: true }),
  };
  return identity;
}
