// Owns what tests compare of a span, whichever Agent tells of it.

export interface SpanContent {
  readonly service: string;
  /** The operation name. */
  readonly name: string;
  readonly resource: string;
  readonly type: string;
  /** 0, or 1 for a span with an error. */
  readonly error: number;
  readonly meta: Readonly<Record<string, string>>;
  /** The real Agent tells as text what is not finite. */
  readonly metrics: Readonly<Record<string, number | string>>;
}
