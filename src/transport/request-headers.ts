// Owns the headers of a trace request. Knows nothing of sockets or options.
// Source: datadog-agent, pkg/trace/api/headers.go; the values follow Datadog's Node tracer.

import type { Sendable } from './connection.js';

const RATES_VERSION = 'Datadog-Rates-Payload-Version';

/** Headers of the request that carries a payload. */
export type HeadersOf = (payload: Sendable) => Record<string, string>;

export interface HeaderSettings {
  readonly tracerVersion: string;
  /** `ci-<container id>` or `in-<cgroup inode>`. */
  readonly entityId: string | undefined;
  readonly containerId: string | undefined;
  readonly externalEnv: string | undefined;
  readonly authorization: string | undefined;
  /** The user's own headers, which replace those of the same name. */
  readonly extra: Readonly<Record<string, string>>;
  /** Version of the sampling rates that are known, "0" for none. */
  readonly ratesVersion: () => string;
}

/** Returns what makes the headers of each request; those that never change are put together once. */
export function requestHeaders(settings: HeaderSettings): HeadersOf {
  const own = Object.entries(ownHeaders(settings));
  const taken = new Set(Object.keys(settings.extra).map((name) => name.toLowerCase()));
  const kept = own.filter(([name]) => !taken.has(name.toLowerCase()));
  const fixed = Object.fromEntries([...kept, ...Object.entries(settings.extra)]);
  const sendsVersion = !taken.has(RATES_VERSION.toLowerCase());
  return (payload) => ({
    ...fixed,
    ...(sendsVersion ? { [RATES_VERSION]: settings.ratesVersion() } : {}),
    'X-Datadog-Trace-Count': String(payload.chunkCount),
  });
}

function ownHeaders(settings: HeaderSettings): Record<string, string> {
  const { entityId, containerId, externalEnv, authorization } = settings;
  return {
    'Content-Type': 'application/msgpack',
    'Datadog-Meta-Lang': 'nodejs',
    'Datadog-Meta-Lang-Version': process.version,
    'Datadog-Meta-Lang-Interpreter': 'v8',
    'Datadog-Meta-Tracer-Version': settings.tracerVersion,
    // Without this header an overloaded Agent answers 200 and discards the payload.
    'Datadog-Send-Real-Http-Status': 'true',
    ...(entityId === undefined ? {} : { 'Datadog-Entity-ID': entityId }),
    ...(containerId === undefined ? {} : { 'Datadog-Container-ID': containerId }),
    ...(externalEnv === undefined ? {} : { 'Datadog-External-Env': externalEnv }),
    ...(authorization === undefined ? {} : { Authorization: authorization }),
  };
}
