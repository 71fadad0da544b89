// Owns who this process is towards Datadog: its pid and its runtime id, which is made once in each
// generation and shared by all exporters of the process.

import { randomUUID } from 'node:crypto';
import { type Generation, generations } from './generation.js';

export interface ProcessIdentity {
  readonly processId: number;
  /** `runtime-id`: a UUID. */
  readonly runtimeId: string;
}

const identities = new WeakMap<Generation, ProcessIdentity>();

/** The identity of this process, made when it is first asked for. */
export function processIdentity(): ProcessIdentity {
  const { present } = generations();
  const known = identities.get(present);
  if (known !== undefined) return known;
  const identity = {
    processId: process.pid,
    // Node keeps random bytes in reserve; a duplicated heap would make the same ids of them.
    runtimeId: randomUUID({ disableEntropyCache: true }),
  };
  identities.set(present, identity);
  return identity;
}
