// Owns the answer to spans that come when nothing is accepted any more: they are dropped, counted and warned
// about. Knows nothing of why that is.

import type { Cancellation } from '../cancellation.js';
import type { DatadogExportError } from '../errors.js';
import type { ExportResult } from '../sdk-contract.js';
import type { Account } from './dropped-spans.js';
import { exportError } from './export-failure.js';

interface DeclinedAccount extends Account {
  readonly request: string;
}

export function declineExport(
  spans: number,
  cancellation: Cancellation,
  account: DeclinedAccount,
): ExportResult {
  const error = declinedError(spans, cancellation, account.request);
  count(spans, cancellation, account);
  if (spans > 0) account.diagnostics.warnOfLoss('declined', spans, error.message);
  return { code: 1, error };
}

/** Declines one span, for which no callback waits. Makes no error: its stack would cost more than all the rest. */
export function declineSpan(cancellation: Cancellation, account: DeclinedAccount): void {
  count(1, cancellation, account);
  const message = (): string => declinedError(1, cancellation, account.request).message;
  account.diagnostics.warnOfLoss('declined', 1, message);
}

function count(spans: number, { kind }: Cancellation, { ledger }: Account): void {
  ledger.receive(spans);
  ledger.take(spans);
  ledger.dropped(kind, spans);
}

function declinedError(spans: number, why: Cancellation, request: string): DatadogExportError {
  return exportError([{ ...why, spans, attempts: 0 }], request);
}
