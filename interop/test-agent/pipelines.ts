// Owns the two ways from a finished span to the exporter, as applications set them up.

import type { SpanProcessor } from '@opentelemetry/sdk-trace-base';
import { BatchSpanProcessor } from '@opentelemetry/sdk-trace-base';
import { DatadogBatchSpanProcessor, DatadogSpanExporter } from '../../src/index.js';
import type { TestAgent, TestSession } from './test-agent.js';

const PROCESSORS = ['BatchSpanProcessor', 'DatadogBatchSpanProcessor'] as const;
const TRANSPORTS = ['TCP', 'a Unix socket'] as const;

export interface Route {
  readonly processor: (typeof PROCESSORS)[number];
  readonly transport: (typeof TRANSPORTS)[number];
}

/** Every processor over every transport. */
export const ROUTES: readonly Route[] = PROCESSORS.flatMap((processor) =>
  TRANSPORTS.map((transport) => ({ processor, transport })),
);

export interface Pipeline extends AsyncDisposable {
  readonly processor: SpanProcessor;
  readonly exporter: DatadogSpanExporter;
  /** Resolves when the Agent has answered for every span so far. */
  flush(): Promise<void>;
}

export interface PipelineOptions {
  readonly route: Route;
  readonly agent: TestAgent;
  readonly session: TestSession;
  /** Further request headers. */
  readonly headers?: Readonly<Record<string, string>>;
}

export function openPipeline({ route, agent, session, headers }: PipelineOptions): Pipeline {
  const url = route.transport === 'TCP' ? agent.tcpUrl : agent.socketUrl;
  const exporter = new DatadogSpanExporter({ url, headers: { ...session.headers, ...headers } });
  const processor =
    route.processor === 'BatchSpanProcessor'
      ? new BatchSpanProcessor(exporter)
      : new DatadogBatchSpanProcessor({ exporter });
  return {
    processor,
    exporter,
    // Nothing but the SDK's batch processor needs the second.
    flush: async () => {
      await processor.forceFlush();
      await exporter.forceFlush();
    },
    [Symbol.asyncDispose]: () => processor.shutdown(),
  };
}
