// Owns the headers of a trace request. Knows nothing of sockets or options.
// Source: datadog-agent, pkg/trace/api/headers.go; the values follow Datadog's Node tracer.

import type { Sendable } from './send-outcome.js';

/** Headers of the request that carries a payload. */
export type HeadersOf = (payload: Sendable) => Record<string, string>;

export interface HeaderSettings {
  readonly tracerVersion: string;
  /** `ci-<container id>` or `in-<cgroup inode>`. */
  readonly entityId: string | undefined;
  readonly containerId: string | undefined;
  readonly externalEnv: string | undefined;
  readonly authorization: string | undefined;
  /** The user's own; they win over all but `X-Datadog-Trace-Count`. */
  readonly extra: Readonly<Record<string, string>>;
  /** Version of the sampling rates that are known, "0" for none. */
  readonly ratesVersion: () => string;
}

/** Makes the headers of each request; what never changes is put together once. */
export function requestHeaders(settings: HeaderSettings): HeadersOf {
  const fixed = fixedHeaders(settings);
  return (payload) => ({
    'Datadog-Rates-Payload-Version': settings.ratesVersion(),
    ...fixed,
    'X-Datadog-Trace-Count': String(payload.chunkCount),
  });
}

function fixedHeaders(settings: HeaderSettings): Record<string, string> {
  const { entityId, containerId, externalEnv, authorization } = settings;
  return {
    'Content-Type': 'application/msgpack',
    'Datadog-Meta-Lang': 'nodejs',
    'Datadog-Meta-Lang-Version': process.version,
    'Datadog-Meta-Lang-Interpreter': 'v8',
    'Datadog-Meta-Tracer-Version': settings.tracerVersion,
    // Without it an overloaded Agent answers 200 and discards the payload.
    'Datadog-Send-Real-Http-Status': 'true',
    ...(entityId === undefined ? {} : { 'Datadog-Entity-ID': entityId }),
    ...(containerId === undefined ? {} : { 'Datadog-Container-ID': containerId }),
    ...(externalEnv === undefined ? {} : { 'Datadog-External-Env': externalEnv }),
    ...(authorization === undefined ? {} : { Authorization: authorization }),
    ...settings.extra,
  };
}
