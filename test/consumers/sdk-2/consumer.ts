// Owns a TypeScript user of SDK 2.x: the exporter is that line's SpanExporter, takes that line's spans,
// and goes with its processors. Compiled only.

import {
  BatchSpanProcessor as NewBatchSpanProcessor,
  TracerProvider,
  type SpanProcessor as NewSpanProcessor,
} from '@opentelemetry/sdk-trace';
import {
  BatchSpanProcessor,
  InMemorySpanExporter,
  SimpleSpanProcessor,
  type ReadableSpan,
  type SpanExporter,
  type SpanProcessor,
} from '@opentelemetry/sdk-trace-base';
import { NodeTracerProvider } from '@opentelemetry/sdk-trace-node';
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

export const provider = new NodeTracerProvider({
  spanProcessors: [
    new BatchSpanProcessor(exporter),
    new BatchSpanProcessor(new DatadogSpanExporter(), { maxExportBatchSize: 100 }),
    new SimpleSpanProcessor(new NamedExporter()),
  ],
});

/** The processor is one of this line, and so are those that it makes. */
export const processors: SpanProcessor[] = [
  new DatadogBatchSpanProcessor({ exporter: new DatadogSpanExporter() }),
  new ForkSafeSpanProcessor({
    exporter: new DatadogSpanExporter(),
    createProcessor: (to) => new BatchSpanProcessor(to),
  }),
  new ForkSafeSpanProcessor({
    exporter: new InMemorySpanExporter(),
    createProcessor: (to: SpanExporter): SpanProcessor => new SimpleSpanProcessor(to),
  }),
];

/** The provider of sdk-trace, which this line has had since 2.9, takes both. */
export const newProvider = new TracerProvider({
  spanProcessors: [
    new NewBatchSpanProcessor({ exporter }),
    new DatadogBatchSpanProcessor({ exporter: new DatadogSpanExporter() }),
    new ForkSafeSpanProcessor({
      exporter: new DatadogSpanExporter(),
      createProcessor: (to): NewSpanProcessor => new NewBatchSpanProcessor({ exporter: to }),
    }),
  ],
});

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
