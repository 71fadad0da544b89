// Owns the one error of a flush: what becomes of those of the exports that it waited for, and of its own end.
// Knows nothing of how exports fail.

import { DatadogExportError } from '../errors.js';
import type { WaitOutcome } from '../lang/bounded-wait.js';
import { countOf } from '../lang/count-text.js';
import { reasonOf } from '../lang/reason-text.js';

/** More than there are batches of 100 000 spans; limited, as each of thousands of flushes may hold such a list. */
export const MAX_LISTED_ERRORS = 256;

/** What failed exports come to. */
export interface FailureTotals {
  readonly exports: number;
  readonly lostSpans: number;
  readonly attempts: number;
}

export const NO_FAILURES: FailureTotals = { exports: 0, lostSpans: 0, attempts: 0 };

export function plus(totals: FailureTotals, error: Error): FailureTotals {
  const { lostSpans, attempts } = error instanceof DatadogExportError ? error : NO_FAILURES;
  return {
    exports: totals.exports + 1,
    lostSpans: totals.lostSpans + lostSpans,
    attempts: totals.attempts + attempts,
  };
}

export function minus(totals: FailureTotals, part: FailureTotals): FailureTotals {
  return {
    exports: totals.exports - part.exports,
    lostSpans: totals.lostSpans - part.lostSpans,
    attempts: totals.attempts - part.attempts,
  };
}

/** One error for all the failed exports that a flush waited for, if there are any; `errors` is the first of them. */
export function errorOf(errors: readonly Error[], totals: FailureTotals): Error | undefined {
  const [first] = errors;
  if (errors.length < 2 || !(first instanceof DatadogExportError)) return first;
  const { exports, lostSpans, attempts } = totals;
  return new DatadogExportError(
    `${exports} exports failed, ${countOf(lostSpans, 'span')} lost; the first: ${first.message}`,
    {
      kind: first.kind,
      status: first.status,
      lostSpans,
      attempts,
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
  if (known.length === errors.length) return errorOf(known, known.reduce(plus, NO_FAILURES));
  return new AggregateError(errors, errors.map((error) => reasonOf(error)).join('; '));
}

/** The exports that the error of a flush lists; none for that of an export. */
function partsOf(error: unknown): readonly unknown[] {
  if (!(error instanceof DatadogExportError && error.cause instanceof AggregateError)) return [];
  const { errors } = error.cause;
  return errors[0] instanceof DatadogExportError ? errors : []; // not those of a host with several addresses
}

/**
 * Whether `other` lists it, or an export that it lists too and tells of more; of equals, the earlier one covers. So
 * of a processor's error for the export A and an exporter's for A and B only the latter is told.
 */
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
