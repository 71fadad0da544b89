// Owns the document at `/info`, by which a client learns what the Agent can do. Says only what the
// development Agent serves.

import { createHash } from 'node:crypto';
import { MAX_REQUEST_BYTES } from './agent-limits.js';

/** The release of the Agent that this one imitates. */
export const AGENT_VERSION = '7.85.2';
export const TRACES_PATH = '/v0.4/traces';
export const INFO_PATH = '/info';

/** Where the Agent listens. */
interface ListenAddresses {
  readonly port: number | undefined;
  readonly socketPath: string | undefined;
}

export function describeAgent(addresses: ListenAddresses): string {
  const info = {
    version: AGENT_VERSION,
    endpoints: [TRACES_PATH, INFO_PATH],
    client_drop_p0s: false,
    span_meta_structs: true,
    long_running_spans: true,
    span_events: true,
    config: {
      default_env: 'none',
      target_tps: 10,
      receiver_port: addresses.port ?? 0,
      receiver_socket: addresses.socketPath ?? '',
      connection_limit: 0,
      receiver_timeout: 0,
      max_request_bytes: MAX_REQUEST_BYTES,
    },
  };
  return JSON.stringify(info, null, '\t');
}

/** The value of `Datadog-Agent-State`: changes when the document does. */
export function agentState(info: string): string {
  return createHash('sha256').update(info).digest('hex');
}
