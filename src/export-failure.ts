// Owns how a failed export is described: the kind of failure, the number of spans lost, and one sentence
// for the log. Knows nothing of how exports are made.

import { countOf, DatadogExportError, type ExportErrorKind, reasonOf } from './errors.js';
import type { WaitOutcome } from './lang/bounded-wait.js';
import type { ExportResult } from './sdk-contract.js';
import type { DeliveryResult } from './transport/delivery.js';
import type { Cancellation, SendOutcome } from './transport/send-outcome.js';

/** The loss of some of the spans of an export. */
export interface Failure {
  readonly kind: ExportErrorKind;
  readonly spans: number;
  readonly attempts: number;
  readonly status?: number;
  /** More about the kind; a text, because making an error would cost as much as the rest of a refusal. */
  readonly detail?: string;
  readonly cause?: unknown;
}

/** At least one failure. */
export type Failures = readonly [Failure, ...Failure[]];

export function hasFailed(failures: readonly Failure[]): failures is Failures {
  return failures.length > 0;
}

/** The status by which the Agent says that it may accept fewer spans at once. */
export const PAYLOAD_TOO_LARGE = 413;
/** More than there are batches of 100 000 spans; limited, as each of thousands of flushes may hold such a list. */
const MAX_LISTED_ERRORS = 256;
/** Assumed for an attempt that was cut off although nobody cancelled it. */
const CUT_OFF: Cancellation = { kind: 'aborted' };

const REASONS: Readonly<Record<ExportErrorKind, string>> = {
  queue_full: 'too much waits already',
  encode: 'the spans could not be encoded',
  too_large: 'the Agent answered 413, the payload is too large',
  connect: 'no connection to the Agent',
  socket: 'the connection broke',
  timeout: 'the Agent did not answer in time',
  protocol: 'what answered does not speak HTTP/1.1',
  rejected: 'the Agent refused the payload',
  aborted: 'the caller aborted',
  shutdown: 'the exporter was shut down',
};

type Failed = Exclude<SendOutcome, { kind: 'accepted' }>;

/** The failure of a payload that was not accepted. */
export function failureOf(outcome: Failed, result: DeliveryResult, spans: number): Failure {
  const { attempts, cancellation = CUT_OFF, earlier } = result;
  switch (outcome.kind) {
    case 'rejected': {
      const { status } = outcome.reply;
      const kind = status === PAYLOAD_TOO_LARGE ? 'too_large' : 'rejected';
      return { kind, spans, attempts, status };
    }
    case 'broken':
      return { kind: outcome.at, spans, attempts, cause: outcome.cause };
    case 'cancelled': {
      // What went wrong before the time ran out says more than that it ran out.
      const status = earlier?.kind === 'rejected' ? { status: earlier.reply.status } : {};
      const cause = earlier?.kind === 'broken' ? { cause: earlier.cause } : {};
      const known = cancellation.kind === 'timeout' ? { ...status, ...cause } : {};
      return { ...cancellation, ...known, spans, attempts };
    }
  }
}

/** The error of an export, named after its first failure. */
export function exportError(failures: Failures, request: string): DatadogExportError {
  const [first] = failures;
  const lostSpans = failures.reduce((sum, failure) => sum + failure.spans, 0);
  const attempts = failures.reduce((sum, failure) => sum + failure.attempts, 0);
  const tried = attempts === 0 ? 'nothing was sent' : countOf(attempts, 'attempt');
  const message =
    `Export failed: ${request}, ${tried}: ${sentence(first)}; ` +
    `${countOf(lostSpans, 'span')} lost`;
  return new DatadogExportError(message, { ...first, lostSpans, attempts });
}

/** One error for all the failed exports that a flush waited for, if there are any. */
export function errorOf(errors: readonly Error[]): Error | undefined {
  const [first] = errors;
  if (errors.length < 2 || !(first instanceof DatadogExportError)) return first;
  const known = errors.filter((error) => error instanceof DatadogExportError);
  const lostSpans = known.reduce((sum, error) => sum + error.lostSpans, 0);
  return new DatadogExportError(
    `${errors.length} exports failed, ${countOf(lostSpans, 'span')} lost; the first: ${first.message}`,
    {
      kind: first.kind,
      status: first.status,
      lostSpans,
      attempts: known.reduce((sum, error) => sum + error.attempts, 0),
      cause: new AggregateError(errors.slice(0, MAX_LISTED_ERRORS)),
    },
  );
}

/**
 * One error for all that went wrong in a flush of several parts, or `undefined`. An export that failed may be in the
 * errors of several parts, and counts once: exactly so while none of them stands for more than it lists.
 */
export function flushError(thrown: readonly unknown[]): unknown {
  const apart = thrown.flatMap((one) => {
    const parts = partsOf(one);
    return parts.length > 0 && parts.length < MAX_LISTED_ERRORS ? parts : [one];
  });
  const errors = [...new Set(apart)].filter(
    (one, at, all) => !all.some((other, index) => covers(other, one, index < at)),
  );
  if (errors.length < 2) return errors[0];
  const known = errors.filter((error) => error instanceof DatadogExportError);
  if (known.length === errors.length) return errorOf(known);
  return new AggregateError(errors, errors.map((error) => reasonOf(error)).join('; '));
}

/** The exports that the error of a flush lists; none for that of an export. */
function partsOf(error: unknown): readonly unknown[] {
  if (!(error instanceof DatadogExportError && error.cause instanceof AggregateError)) return [];
  const { errors } = error.cause;
  return errors[0] instanceof DatadogExportError ? errors : []; // not those of a host with several addresses
}

/** Whether `other` lists it, or an export that it lists too and tells of more; of equals, the earlier one covers. */
function covers(other: unknown, one: unknown, isEarlier: boolean): boolean {
  const listed = partsOf(other);
  if (other === one || listed.length === 0) return false;
  if (listed.includes(one)) return true;
  if (!partsOf(one).some((part) => listed.includes(part))) return false;
  return isEarlier ? lossOf(other) >= lossOf(one) : lossOf(other) > lossOf(one);
}

function lossOf(error: unknown): number {
  return error instanceof DatadogExportError ? error.lostSpans : 0;
}

/** The error of a flush whose wait ended before the exports that it waited for. */
export function flushEndedError(
  outcome: Exclude<WaitOutcome<unknown>, { kind: 'done' }>,
  timeoutMillis: number,
): DatadogExportError {
  const how =
    outcome.kind === 'timeout'
      ? `ended after ${timeoutMillis} ms`
      : `was aborted by its signal: ${reasonOf(outcome.cause)}`;
  const details = { ...outcome, lostSpans: 0, attempts: 0 };
  return new DatadogExportError(`forceFlush ${how}; the exports go on`, details);
}

function sentence({ kind, status, detail, cause }: Failure): string {
  const answered = status === undefined ? '' : ` (status ${status})`;
  const which = detail === undefined ? '' : `: ${detail}`;
  const because = cause === undefined ? '' : `: ${reasonOf(cause)}`;
  return REASONS[kind] + answered + which + because;
}

/** Whether the export was ended on purpose: by the user, or by the exporter at the end of the grace. */
export function wasAskedFor({ kind }: DatadogExportError): boolean {
  return kind === 'shutdown' || kind === 'aborted';
}

/** A sentence about what was lost by cutting exports short, if anything was. */
export function cutSummary(results: readonly ExportResult[], request: string): string | undefined {
  const cut = results.flatMap(({ error }) => {
    return error instanceof DatadogExportError && wasAskedFor(error) ? error : [];
  });
  const [first] = cut;
  if (first === undefined) return undefined;
  const lost = cut.reduce((sum, { lostSpans }) => sum + lostSpans, 0);
  const who = first.kind === 'shutdown' ? 'Shutdown' : 'The abort';
  return `${who} cut ${countOf(cut.length, 'export')}, ${request}: ${countOf(lost, 'span')} lost`;
}
