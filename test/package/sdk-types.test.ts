// Owns the agreement of the package's structural types with those of the SDK that this repository
// is developed with; `npm run typecheck` is what proves it. The other lines have consumer projects.

import type { ExportResult as SdkExportResult } from '@opentelemetry/core';
import type {
  BatchSpanProcessor,
  InMemorySpanExporter,
  ReadableSpan as SdkReadableSpan,
  SpanExporter as SdkSpanExporter,
  SpanProcessor as SdkSpanProcessor,
  TimedEvent as SdkTimedEvent,
} from '@opentelemetry/sdk-trace-base';
import { describe, expectTypeOf, it } from 'vitest';

import type {
  DatadogSpanExporter,
  DrainableExporter,
  ExportResult,
  ForkSafeSpanProcessor,
  ReadableSpan,
  SpanExporter,
  SpanProcessor,
  TimedEvent,
} from '../../src/index.js';

describe('the types', () => {
  it('make the exporter one of the SDK', () => {
    expectTypeOf<DatadogSpanExporter>().toExtend<SdkSpanExporter>();
    expectTypeOf<SpanExporter>().toExtend<SdkSpanExporter>();
    expectTypeOf<DatadogSpanExporter>().toExtend<
      ConstructorParameters<typeof BatchSpanProcessor>[0]
    >();
  });

  it('make every exporter of the SDK one of ours, so that ours can wrap it', () => {
    expectTypeOf<InMemorySpanExporter>().toExtend<SpanExporter>();
  });

  it('make the processor one of the SDK, in front of every processor of the SDK', () => {
    expectTypeOf<ForkSafeSpanProcessor>().toExtend<SdkSpanProcessor>();
    expectTypeOf<SpanProcessor>().toExtend<SdkSpanProcessor>();
    expectTypeOf<SdkSpanProcessor>().toExtend<SpanProcessor>();
    expectTypeOf<BatchSpanProcessor>().toExtend<SpanProcessor>();
  });

  it('let the processor drain the exporters of both', () => {
    expectTypeOf<DatadogSpanExporter>().toExtend<DrainableExporter>();
    expectTypeOf<SdkSpanExporter>().toExtend<DrainableExporter>();
  });

  it('take the spans of the SDK, also an array that nobody may change', () => {
    expectTypeOf<SdkReadableSpan>().toExtend<ReadableSpan>();
    expectTypeOf<SdkTimedEvent>().toExtend<TimedEvent>();
    expectTypeOf<readonly SdkReadableSpan[]>().toExtend<
      Parameters<DatadogSpanExporter['export']>[0]
    >();
  });

  it('give results of the SDK', () => {
    expectTypeOf<ExportResult>().toExtend<SdkExportResult>();
    expectTypeOf<SdkExportResult>().toExtend<ExportResult>();
  });
});
