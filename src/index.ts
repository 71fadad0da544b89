// Owns the public names of the package, nothing else.

export {
  DatadogExportError,
  type DatadogExportErrorDetails,
  type DropReason,
  type ExportErrorKind,
} from './errors.js';
export { DatadogSpanExporter, type ForceFlushOptions, type ShutdownOptions } from './exporter.js';
export type { Flushable, FlushOptions, FlushTarget } from './flushable.js';
export type { LedgerSnapshot } from './ledger.js';
export type { DatadogSpanExporterOptions } from './options.js';
export type { RateByService } from './sample-rates.js';
export type {
  ExportResult,
  InstrumentationScope,
  ReadableSpan,
  Resource,
  SpanExporter,
  TimedEvent,
} from './sdk-contract.js';
export { withFlush, type WithFlushOptions } from './serverless.js';
