// Owns counting and warning about spans that no Agent would accept: they are dropped, and do not fail the
// others. Knows nothing of how such spans are found.

import type { Diagnostics } from '../diagnostics.js';
import { countOf } from '../lang/count-text.js';
import type { Ledger } from '../ledger.js';
import type { SpanLoss, SpanLosses } from '../payload/span-loss.js';

export interface Account {
  readonly ledger: Ledger;
  readonly diagnostics: Diagnostics;
}

const WHY: Readonly<Record<SpanLoss, string>> = {
  invalid_id: 'its trace or span id is malformed or zero',
  encode: 'reading it threw an error',
  too_large: 'it is larger than `maxPayloadBytes` or `maxPendingBytes`',
};

/** Expects that the spans have left the ledger's buffer; an absent reason counts as 0. */
export function noteDropped(dropped: Partial<SpanLosses>, { ledger, diagnostics }: Account): void {
  for (const reason of ['invalid_id', 'encode', 'too_large'] as const) {
    const spans = dropped[reason] ?? 0;
    if (spans === 0) continue;
    ledger.dropped(reason, spans);
    diagnostics.warnOfTotal(`${reason} spans`, spans, (total) => {
      return `${countOf(total, 'span')} dropped, each because ${WHY[reason]}`;
    });
  }
}
