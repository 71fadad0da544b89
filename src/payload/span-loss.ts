// Owns the reasons for which a span is lost by itself, while its batch goes on. Knows nothing of how that is found out.

/** Its ids are some that the Agent would refuse, or it could not be read. */
export type UnwritableSpan = 'invalid_id' | 'encode';

/** Or it is larger than a payload by itself. */
export type SpanLoss = UnwritableSpan | 'too_large';

export type SpanLosses = Readonly<Record<SpanLoss, number>>;

export function noLosses(): Record<SpanLoss, number> {
  return { invalid_id: 0, encode: 0, too_large: 0 };
}

export function lostSpansOf(losses: SpanLosses): number {
  return losses.invalid_id + losses.encode + losses.too_large;
}
