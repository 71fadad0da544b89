// Owns the shape in which a decoded span is shown. Holds no logic, and knows nothing of the wire.

/** A span as the Agent decodes it, with the repairs of the Agent's decoder. */
export interface ReceivedSpan {
  readonly service: string;
  /** The operation name. */
  readonly name: string;
  readonly resource: string;
  readonly type: string;
  /**
   * 32 lower-case hex digits. The high half is the first `_dd.p.tid` in the trace chunk, or zeros.
   */
  readonly traceId: string;
  readonly traceIdLow64: bigint;
  readonly spanId: bigint;
  /** 0 for a root span. */
  readonly parentId: bigint;
  readonly startUnixNanos: bigint;
  readonly durationNanos: bigint;
  /** 0, or 1 for a span with an error. */
  readonly error: number;
  /** String tags; has no prototype, so that any key is safe to look up. */
  readonly meta: Readonly<Record<string, string>>;
  /** Numeric tags; has no prototype. */
  readonly metrics: Readonly<Record<string, number>>;
  /** Binary tags, each the bytes of one msgpack value; has no prototype. */
  readonly metaStruct: Readonly<Record<string, Uint8Array>>;
  readonly links: readonly ReceivedLink[];
  readonly events: readonly ReceivedEvent[];
}

/** An element of `span_links`. */
export interface ReceivedLink {
  /** 32 lower-case hex digits. */
  readonly traceId: string;
  readonly spanId: bigint;
  readonly attributes: Readonly<Record<string, string>>;
  /** Empty if it was not sent. */
  readonly tracestate: string;
  /** 0 if they were not sent; bit 31 says that they were. */
  readonly flags: number;
}

/** An element of `span_events`. */
export interface ReceivedEvent {
  readonly name: string;
  readonly timeUnixNanos: bigint;
  readonly attributes: Readonly<Record<string, ReceivedEventValue>>;
}

/** A single attribute value: integers are bigints, doubles are numbers. */
export type ReceivedEventScalar = string | boolean | bigint | number;

/** The value of an event's attribute. */
export type ReceivedEventValue = ReceivedEventScalar | readonly ReceivedEventScalar[];
