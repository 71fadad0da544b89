// Owns the package's error class, and the closed list of reasons for which spans are lost. Knows nothing of transport or
// encoding.

/**
 * Why an export failed:
 *
 * - `queue_full`: `maxPendingBytes` of encoded spans were already waiting for the Agent, or 8 192
 *   spans for the asynchronous attributes of their OTel resource
 * - `encode`: the spans could not be encoded at all
 * - `too_large`: the Agent answered 413
 * - `connect`: no connection to the Agent
 * - `socket`: the connection broke while the request was under way
 * - `timeout`: no connection or no answer in time, or not settled within `timeoutMillis`
 * - `protocol`: the peer does not speak HTTP/1.1 or the TLS of an `https:` URL, or answers with over 16 KiB of headers
 * - `rejected`: the Agent answered with a status other than 2xx
 * - `aborted`: the caller's own signal aborted
 * - `shutdown`: the exporter was shut down
 */
export type ExportErrorKind =
  | 'queue_full'
  | 'encode'
  | 'too_large'
  | 'connect'
  | 'socket'
  | 'timeout'
  | 'protocol'
  | 'rejected'
  | 'aborted'
  | 'shutdown';

/** The stable code to match: `DD_EXPORT_` and the kind in capitals. */
export type ExportErrorCode = `DD_EXPORT_${Uppercase<ExportErrorKind>}`;

const CODES: { readonly [Kind in ExportErrorKind]: `DD_EXPORT_${Uppercase<Kind>}` } = {
  queue_full: 'DD_EXPORT_QUEUE_FULL',
  encode: 'DD_EXPORT_ENCODE',
  too_large: 'DD_EXPORT_TOO_LARGE',
  connect: 'DD_EXPORT_CONNECT',
  socket: 'DD_EXPORT_SOCKET',
  timeout: 'DD_EXPORT_TIMEOUT',
  protocol: 'DD_EXPORT_PROTOCOL',
  rejected: 'DD_EXPORT_REJECTED',
  aborted: 'DD_EXPORT_ABORTED',
  shutdown: 'DD_EXPORT_SHUTDOWN',
};

/**
 * Why a span was dropped: the kind with which its export failed or, without a failed export:
 *
 * - `invalid_id`: it has an id that the Agent would refuse
 * - `encode`: it could not be read, or there was no memory for its payload
 * - `too_large`: the span alone is larger than `maxPayloadBytes` or `maxPendingBytes`
 * - `queue_full`: `maxQueueBytes` of a `DatadogBatchSpanProcessor` were in use when it ended
 * - `unknown`: it had been sent completely when the process exited; the Agent may have accepted it
 */
export type DropReason = ExportErrorKind | 'invalid_id' | 'unknown';

export interface DatadogExportErrorDetails {
  readonly kind: ExportErrorKind;
  /** Spans that this failure lost for good. */
  readonly lostSpans: number;
  /**
   * How often sending was tried: the sum of all payloads that were lost, and of all failed exports of a flush.
   * Attempts that found no connection count; may be 0.
   */
  readonly attempts: number;
  /** HTTP status, if the Agent answered. */
  readonly status?: number | undefined;
  /** If several exports failed in a flush: an `AggregateError` of the first 256 errors. */
  readonly cause?: unknown;
}

/** Marks the errors of all copies of the package in a process: `import` and `require` load one each. */
const BRAND = Symbol.for('opentelemetry-exporter-datadog-agent.error.v1');

/**
 * The only error class of this package. Match its stable `code` rather than the message. `instanceof` also
 * recognises the errors of another copy of the package.
 */
export class DatadogExportError extends Error implements DatadogExportErrorDetails {
  override readonly name = 'DatadogExportError';
  /** Why the export failed, or the wait for it ended; if several exports failed, why the first of them did. */
  readonly kind: ExportErrorKind;
  /** `DD_EXPORT_` and the kind in capitals, e.g. `DD_EXPORT_QUEUE_FULL`. */
  readonly code: ExportErrorCode;
  /** Spans that are lost for good; 0 if only the wait for them has ended. */
  readonly lostSpans: number;
  /** How often sending was tried, the sum of all payloads that were lost and of all failed exports of a flush; may be 0. */
  readonly attempts: number;
  /** HTTP status, if the Agent answered. */
  readonly status: number | undefined;
  /** The underlying error, e.g. of a socket; if several exports failed, an `AggregateError` of the first 256. */
  declare readonly cause: unknown;

  /** The package makes all such errors itself; public for tests of whoever handles them. */
  constructor(message: string, details: DatadogExportErrorDetails) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.kind = details.kind;
    this.code = CODES[details.kind];
    this.lostSpans = details.lostSpans;
    this.attempts = details.attempts;
    this.status = details.status;
    Object.defineProperty(this, BRAND, { value: true });
  }

  static override [Symbol.hasInstance](value: unknown): boolean {
    if (this !== DatadogExportError) return super[Symbol.hasInstance](value);
    return typeof value === 'object' && value !== null && BRAND in value;
  }
}
