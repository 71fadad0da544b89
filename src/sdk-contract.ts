// Owns the part of OpenTelemetry's trace SDK that this package reads, implements or passes on, as structural
// types: the spans, exporters and span processors of SDK 1.30, 2.x and 3.x are all assignable to them, and no SDK
// package is needed at run time or to compile against. Type tests pin it for each SDK line.

import type {
  Attributes,
  Context,
  HrTime,
  Link,
  Span as ApiSpan,
  SpanContext,
  SpanKind,
  SpanStatus,
} from '@opentelemetry/api';

/** An event of a span. */
export interface TimedEvent {
  readonly time: HrTime;
  readonly name: string;
  readonly attributes?: Attributes | undefined;
  readonly droppedAttributesCount?: number | undefined;
}

/** The library that made a span. */
export interface InstrumentationScope {
  readonly name: string;
  readonly version?: string | undefined;
  readonly schemaUrl?: string | undefined;
  /** SDK 3.x. */
  readonly attributes?: object | undefined;
}

/** The OTel resource: what the spans of a provider have in common. */
export interface Resource {
  readonly attributes: object;
  readonly schemaUrl?: string | undefined;
  readonly asyncAttributesPending?: boolean | undefined;
  waitForAsyncAttributes?(): Promise<void>;
}

/** A finished span as the SDK hands it over. */
export interface ReadableSpan {
  readonly name: string;
  readonly kind: SpanKind;
  spanContext(): SpanContext;
  /** SDK 1.x. */
  readonly parentSpanId?: string | undefined;
  /** SDK 2.x and later. */
  readonly parentSpanContext?: SpanContext | undefined;
  readonly startTime: HrTime;
  readonly endTime: HrTime;
  readonly status: SpanStatus;
  readonly attributes: Attributes;
  readonly links: readonly Link[];
  readonly events: readonly TimedEvent[];
  readonly duration: HrTime;
  readonly ended: boolean;
  readonly resource: Resource;
  /** SDK 1.x. */
  readonly instrumentationLibrary?: InstrumentationScope | undefined;
  /** SDK 2.x and later. */
  readonly instrumentationScope?: InstrumentationScope | undefined;
  readonly droppedAttributesCount: number;
  readonly droppedEventsCount: number;
  readonly droppedLinksCount: number;
}

/** `code` is 0 for success and 1 for failure, the values of the SDK's `ExportResultCode`. */
export interface ExportResult {
  code: 0 | 1;
  error?: Error;
}

export type ResultCallback = (result: ExportResult) => void;

/** What a span processor calls. */
export interface SpanExporter {
  export(spans: readonly ReadableSpan[], resultCallback: ResultCallback): void;
  shutdown(): Promise<void>;
  forceFlush?(): Promise<void>;
}

/** A span that is not yet finished: it can be read and written. */
export type Span = ApiSpan & ReadableSpan;

/** What a tracer provider calls. */
export interface SpanProcessor {
  onStart(span: Span, parentContext: Context): void;
  /** SDK lines later than 2.0: the span is about to end and can still be written. */
  onEnding?(span: Span): void;
  onEnd(span: ReadableSpan): void;
  forceFlush(): Promise<void>;
  shutdown(): Promise<void>;
}
