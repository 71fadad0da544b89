// Owns the reasons for which a single span is lost while its batch goes on. Knows nothing of how that is found out.

/** The Agent would refuse the span's ids, or the span could not be read. */
export type UnwritableSpan = 'invalid_id' | 'encode';

/** Or the span alone is larger than a payload may be. */
export type SpanLoss = UnwritableSpan | 'too_large';

export type SpanLosses = Readonly<Record<SpanLoss, number>>;

export function noLosses(): Record<SpanLoss, number> {
  return { invalid_id: 0, encode: 0, too_large: 0 };
}

export function lostSpansOf(losses: SpanLosses): number {
  return losses.invalid_id + losses.encode + losses.too_large;
}
