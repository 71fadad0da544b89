// Owns the shape of what the Go program reports; the structs in agent/received.go, statistics.go and counters.go
// are the source.

export interface TracerPayload {
  /** `idx` is what current Agents make of v0.4; `v0` is what the OTLP path and older Agents send. */
  readonly format: 'v0' | 'idx';
  readonly env: string;
  readonly hostname: string;
  readonly appVersion: string;
  readonly containerId: string;
  readonly languageName: string;
  readonly languageVersion: string;
  readonly tracerVersion: string;
  readonly tags: Tags | null;
  readonly chunks: readonly Chunk[];
}

export interface Chunk {
  readonly priority: number;
  readonly origin: string;
  readonly droppedTrace: boolean;
  readonly tags: Tags | null;
  readonly spans: readonly AgentSpan[];
}

/** 64-bit integers are decimal text. */
export interface AgentSpan {
  readonly service: string;
  readonly name: string;
  readonly resource: string;
  readonly type: string;
  readonly traceId: string;
  readonly spanId: string;
  readonly parentId: string;
  readonly start: string;
  readonly duration: string;
  readonly error: number;
  readonly meta: Tags;
  /** What is not finite is text. */
  readonly metrics: Readonly<Record<string, number | string>>;
  readonly metaStruct: Tags;
  readonly links: readonly AgentLink[];
  readonly events: readonly AgentEvent[];
  /** Fields of `idx` that the other format has as tags. */
  readonly promoted: Tags;
}

export interface AgentLink {
  readonly traceId: string;
  readonly traceIdHigh: string;
  readonly spanId: string;
  readonly tracestate: string;
  readonly flags: number;
  readonly attributes: Tags | null;
}

export interface AgentEvent {
  readonly time: string;
  readonly name: string;
  readonly attributes: Readonly<Record<string, unknown>>;
}

export interface StatsPayload {
  readonly clientComputed: boolean;
  readonly env: string;
  readonly version: string;
  readonly lang: string;
  readonly buckets: readonly { readonly groups: readonly StatsGroup[] }[];
}

export interface StatsGroup {
  readonly service: string;
  readonly name: string;
  readonly resource: string;
  readonly type: string;
  readonly spanKind: string;
  readonly httpStatusCode: number;
  readonly hits: number;
  readonly topLevelHits: number;
  readonly errors: number;
  readonly duration: string;
  readonly isTraceRoot: string;
  readonly peerTags: readonly string[];
}

/** One metric of the Agent that is not 0, such as `datadog.trace_agent.receiver.spans_received`. */
export interface Counter {
  readonly name: string;
  readonly tags: readonly string[];
  readonly value: number;
}

export type Tags = Readonly<Record<string, string>>;
