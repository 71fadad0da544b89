// Owns which attribute says how a gRPC call ended. Knows nothing of bytes.
// Source: datadog-agent, pkg/trace/semantics, concept rpc.grpc.status_code.

import type { SpanFacts } from './span-facts.js';

/** The status as it was written, a name or a number; `undefined` if the span is no gRPC call. */
export function grpcStatus(facts: SpanFacts): string | undefined {
  const own = facts.textOrInteger(
    'rpc.grpc.status_code',
    'grpc.code',
    'rpc.grpc.status.code',
    'grpc.status.code',
  );
  if (own !== undefined) return own;
  const system = facts.text('rpc.system.name') ?? facts.text('rpc.system');
  return system === 'grpc' ? facts.textOrInteger('rpc.response.status_code') : undefined;
}
