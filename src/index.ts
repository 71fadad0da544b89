// Owns the public names of the package, nothing else.

export {
  DatadogBatchSpanProcessor,
  type DatadogBatchSpanProcessorOptions,
} from './batch-processor.js';
export {
  DatadogExportError,
  type DatadogExportErrorDetails,
  type DropReason,
  type ExportErrorCode,
  type ExportErrorKind,
} from './errors.js';
export type { ForceFlushOptions, ShutdownOptions } from './flush/drain-options.js';
export { flushOnExit, type FlushOnExitOptions } from './exit.js';
export type { Reraise } from './exit/exit-policy.js';
export type { ExitSignal } from './exit/exit-signals.js';
export { DatadogSpanExporter } from './exporter.js';
export type { DrainableExporter } from './flush/exporter-drain.js';
export { ForkSafeSpanProcessor, type ForkSafeSpanProcessorOptions } from './fork-safe-processor.js';
export type { Flushable, FlushOptions, FlushTarget } from './flush/flush-target.js';
export type { LedgerCounts, LedgerSnapshot } from './ledger.js';
export type { DatadogSpanExporterOptions } from './options.js';
export type { RateByService } from './sample-rates.js';
export type {
  ExportResult,
  InstrumentationScope,
  ReadableSpan,
  Resource,
  ResultCallback,
  Span,
  SpanExporter,
  SpanProcessor,
  TimedEvent,
} from './sdk-contract.js';
export { withFlush, type WithFlushOptions } from './serverless.js';
