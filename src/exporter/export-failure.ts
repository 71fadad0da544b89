// Owns how a failed export is described: the kind of failure, the number of spans lost, and one sentence
// for the log. Knows nothing of how exports are made.

import type { Cancellation } from '../cancellation.js';
import { DatadogExportError, type ExportErrorKind } from '../errors.js';
import { countOf } from '../lang/count-text.js';
import { reasonOf } from '../lang/reason-text.js';
import type { ExportResult } from '../sdk-contract.js';
import { errorCodeOf, isHeaderOverflow, tlsFaultOf } from '../transport/break-point.js';
import type { SendOutcome } from '../transport/send-outcome.js';

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
/** Assumed for an attempt that was cut off although nobody cancelled it. */
const CUT_OFF: Cancellation = { kind: 'aborted' };

const REASONS: Readonly<Record<ExportErrorKind, string>> = {
  queue_full: 'too much is waiting already',
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

/** Where an `https:` URL came to no TLS, which is a failure of `protocol` as well. */
const TLS_FAULTS = {
  missing: 'what answered does not speak TLS',
  failed: 'TLS with what answered failed',
} as const;
const LARGE_HEADERS = 'the headers of the answer are too large';
/** Statuses of servers that know nothing of traces, or not at this path; an Agent answers so to no payload. */
const NO_INTAKE_STATUSES: ReadonlySet<number | undefined> = new Set([404, 405]);
const NO_INTAKE = 'there is no trace intake at this address';
const NOT_ACCEPTED = 'the Agent did not accept the payload in time';
/** Of an export that timed out before anything was asked of the Agent. */
const NO_TIME = 'there was no time to send the spans';

type Failed = Exclude<SendOutcome, { kind: 'accepted' }>;

/** What came before the last outcome of a payload, see `DeliveryResult`. */
interface Trial {
  readonly attempts: number;
  readonly cancellation?: Cancellation | undefined;
  readonly earlier?: SendOutcome | undefined;
}

/** The failure of a payload that was not accepted. */
export function failureOf(outcome: Failed, trial: Trial, spans: number): Failure {
  const { attempts, cancellation = CUT_OFF, earlier } = trial;
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

/** The error of an export, named after its first failure; of those of that kind, one with attempts is told first. */
export function exportError(failures: Failures, request: string): DatadogExportError {
  const [first] = failures;
  const wasTried = (one: Failure): boolean => one.kind === first.kind && one.attempts > 0;
  const told = failures.find(wasTried) ?? first;
  const lostSpans = failures.reduce((sum, failure) => sum + failure.spans, 0);
  const attempts = failures.reduce((sum, failure) => sum + failure.attempts, 0);
  const tried = attempts === 0 ? 'not sent' : countOf(attempts, 'attempt');
  const message =
    `Export failed: ${request}, ${tried}: ${sentence(told)}; ` +
    `${countOf(lostSpans, 'span')} lost`;
  return new DatadogExportError(message, { ...told, lostSpans, attempts });
}

function sentence(failure: Failure): string {
  const { status, detail, cause } = failure;
  const answered = status === undefined ? '' : ` (status ${status})`;
  const which = detail === undefined ? '' : `: ${detail}`;
  const because = cause === undefined ? '' : `: ${causeOf(cause)}`;
  return reasonFor(failure) + answered + which + because;
}

/** OpenSSL's messages are made of addresses and of places in its source; its codes say the same. */
function causeOf(cause: unknown): string {
  const text = reasonOf(cause);
  return text.includes(':SSL routines:') ? errorCodeOf(cause) : text;
}

function reasonFor({ kind, status, attempts, cause }: Failure): string {
  const tlsFault = tlsFaultOf(cause);
  if (kind === 'protocol' && tlsFault !== undefined) return TLS_FAULTS[tlsFault];
  if (kind === 'protocol' && isHeaderOverflow(cause)) return LARGE_HEADERS;
  if (kind === 'rejected' && NO_INTAKE_STATUSES.has(status)) return NO_INTAKE;
  if (kind !== 'timeout') return REASONS[kind];
  if (attempts === 0) return NO_TIME;
  return status === undefined ? REASONS[kind] : NOT_ACCEPTED; // the status answered an earlier attempt
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
