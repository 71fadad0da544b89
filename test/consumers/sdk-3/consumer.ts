// Owns a TypeScript user of SDK 3.x: the exporter is that line's SpanExporter, takes that line's spans,
// and goes with its processors. Compiled only.

import { NodeSDK, startNodeSdk } from '@opentelemetry/sdk-node';
import {
  BatchSpanProcessor,
  InMemorySpanExporter,
  SimpleSpanProcessor,
  TracerProvider,
  type ReadableSpan,
  type SpanExporter,
  type SpanProcessor,
} from '@opentelemetry/sdk-trace';
import {
  DatadogBatchSpanProcessor,
  DatadogExportError,
  DatadogSpanExporter,
  ForkSafeSpanProcessor,
  type ReadableSpan as AcceptedSpan,
  withFlush,
} from 'opentelemetry-exporter-datadog-agent';

const exporter: SpanExporter = new DatadogSpanExporter({ service: 'shop', env: 'test' });

/** Somebody's own exporter on top of ours is still one of the SDK. */
export class NamedExporter extends DatadogSpanExporter implements SpanExporter {
  readonly label = 'named';
}

export const provider = new TracerProvider({
  spanProcessors: [
    new BatchSpanProcessor({ exporter }),
    new BatchSpanProcessor({ exporter: new DatadogSpanExporter(), maxExportBatchSize: 100 }),
    new SimpleSpanProcessor({ exporter: new NamedExporter() }),
  ],
});

/** The processor is one of this line, and so are those that it makes. */
export const processors: SpanProcessor[] = [
  new DatadogBatchSpanProcessor({ exporter: new DatadogSpanExporter() }),
  new ForkSafeSpanProcessor({
    exporter: new DatadogSpanExporter(),
    createProcessor: (to) => new BatchSpanProcessor({ exporter: to }),
  }),
  new ForkSafeSpanProcessor({
    exporter: new InMemorySpanExporter(),
    createProcessor: (to: SpanExporter): SpanProcessor => new SimpleSpanProcessor({ exporter: to }),
  }),
];

/** The set-ups of sdk-node take both. */
export const nodeSdk = new NodeSDK({ traceExporter: exporter });
export const started = startNodeSdk({ spanProcessors: processors });

export function sendNow(spans: ReadableSpan[], frozen: readonly ReadableSpan[]): void {
  const accepted: AcceptedSpan[] = spans;
  const direct = new DatadogSpanExporter();
  direct.export(accepted, () => undefined);
  direct.export(frozen, ({ code, error }) => {
    const failed: 0 | 1 = code;
    if (failed === 1 && error instanceof DatadogExportError) throw error;
  });
}

/** A serverless function, which keeps its type. */
export const handler = withFlush(async (item: string) => item, [provider, new NamedExporter()]);
export const result: Promise<string> = handler('tea');

// @ts-expect-error what is exported must be spans
new DatadogSpanExporter().export([{ name: 'no span' }], () => undefined);

// @ts-expect-error what is made must be a processor
export const wrongMaker = new ForkSafeSpanProcessor({ exporter, createProcessor: (to) => to });
