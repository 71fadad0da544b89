// Owns which attribute says how a gRPC call ended. Knows nothing of bytes.
// Source: datadog-agent, pkg/trace/semantics, concept rpc.grpc.status_code.

import {
  bitsOf,
  GRPC_STATUS,
  RPC_RESPONSE_STATUS,
  RPC_SYSTEM,
  RPC_SYSTEM_NAME,
} from './concepts.js';
import type { SpanFacts } from './span-facts.js';

const ASKED = bitsOf(GRPC_STATUS, RPC_RESPONSE_STATUS);

/** The status as it was written, a name or a number; `undefined` if the span is no gRPC call. */
export function grpcStatus(facts: SpanFacts): string | undefined {
  if (!facts.hasAny(ASKED)) return undefined;
  const status = facts.textOrInteger(GRPC_STATUS);
  if (status !== undefined) return status;
  const system = facts.text(RPC_SYSTEM_NAME) ?? facts.text(RPC_SYSTEM);
  return system === 'grpc' ? facts.textOrInteger(RPC_RESPONSE_STATUS) : undefined;
}
