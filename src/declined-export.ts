// Owns the answer to spans that come when nothing is accepted any more: lost, counted and said. Knows
// nothing of why that is.

import type { Account } from './dropped-spans.js';
import { exportError } from './export-failure.js';
import type { ExportResult } from './sdk-contract.js';
import type { Cancellation } from './transport/send-outcome.js';

export function declineExport(
  spans: number,
  cancellation: Cancellation,
  { ledger, diagnostics, request }: Account & { readonly request: string },
): ExportResult {
  ledger.receive(spans);
  ledger.take(spans);
  ledger.dropped(cancellation.kind, spans);
  const error = exportError([{ ...cancellation, spans, attempts: 0 }], request);
  if (spans > 0) diagnostics.warn('declined', error.message);
  return { code: 1, error };
}
