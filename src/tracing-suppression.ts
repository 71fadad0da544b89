// Owns the OpenTelemetry context in which the package does its own network I/O: the root context, so
// that no request of a user is pinned to a socket, and marked so that no instrumentation traces it.

import { type Context, context, createContextKey, ROOT_CONTEXT } from '@opentelemetry/api';

// The key that `suppressTracing` of @opentelemetry/core uses in 1.30, 2.x and 3.x. `createContextKey`
// makes it with `Symbol.for`, so the same name is the same key without depending on core.
const SUPPRESS_TRACING_KEY = createContextKey('OpenTelemetry SDK Context Key SUPPRESS_TRACING');

const untracedContext: Context = ROOT_CONTEXT.setValue(SUPPRESS_TRACING_KEY, true);

/** Runs `task` where no instrumentation makes spans of it. */
export function untraced<T>(task: () => T): T {
  return context.with(untracedContext, task);
}
