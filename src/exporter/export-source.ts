// Owns what an export is made of: spans, or payloads into which spans were encoded as they ended. Knows
// nothing of how it is sent.

import type { Payload } from '../payload/payload-builder.js';
import { SealedEncoding } from '../payload/sealed-encoding.js';
import type { V04Encoder } from '../payload/v04-encoder.js';
import type { SpanEncoding } from '../payload/v04-encoding.js';
import type { ReadableSpan } from '../sdk-contract.js';

export interface ExportSource {
  readonly spanCount: number;
  /** The spans that are not encoded yet. */
  readonly spans: readonly ReadableSpan[];
  /**
   * Whether the spans are a payload already. It waits for room among the pending bytes, for as long as that may take;
   * an export of spans is lost if there is no room.
   */
  readonly isSealed: boolean;
  begin(): SpanEncoding;
}

/** Spans, encoded as far as possible before `export()` returns. */
export function spanSource(spans: readonly ReadableSpan[], encoder: V04Encoder): ExportSource {
  return {
    spanCount: spans.length,
    spans,
    isSealed: false,
    begin: () => encoder.begin(spans),
  };
}

/** Spans that were encoded as they ended. */
export function sealedSource(payload: Payload): ExportSource {
  return {
    spanCount: payload.spanCount,
    spans: [],
    isSealed: true,
    begin: () => new SealedEncoding(payload),
  };
}
