// Owns the ways to set up an application that more than one line of the SDK has: each gives what shuts it
// down. Knows no line: the constructors are given.

import { context, trace } from '@opentelemetry/api';

export function nodeTracerProvider(NodeTracerProvider) {
  return {
    name: 'NodeTracerProvider.register()',
    start: (spanProcessors) => {
      const provider = new NodeTracerProvider({ spanProcessors });
      provider.register();
      return provider;
    },
  };
}

export function tracerProvider(TracerProvider, newContextManager) {
  return {
    name: 'the TracerProvider of sdk-trace',
    start: (spanProcessors) => {
      const provider = new TracerProvider({ spanProcessors });
      context.setGlobalContextManager(newContextManager().enable());
      trace.setGlobalTracerProvider(provider);
      return provider;
    },
  };
}
