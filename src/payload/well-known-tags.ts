// Owns the tags that the exporter itself writes, under their Datadog names.

import type { Tag, TagKeys } from './tag-keys.js';

/** What the first span of a chunk carries for the whole chunk. */
export interface ChunkTags {
  /** `_dd.p.tid`: the high half of the trace id, 16 hexadecimal digits; absent if it is zero. */
  readonly traceIdHigh: string | undefined;
  /** `_dd.p.dm`: who decided to keep the trace. */
  readonly decisionMaker: string;
  /** `_sampling_priority_v1`: 1 keeps the trace. */
  readonly samplingPriority: number;
}

export class WellKnownTags {
  readonly spanKind: Tag;
  readonly otelTraceId: Tag;
  readonly otelStatusCode: Tag;
  readonly otelStatusDescription: Tag;
  readonly otelScopeName: Tag;
  readonly otelScopeVersion: Tag;
  readonly otelLibraryName: Tag;
  readonly otelLibraryVersion: Tag;
  readonly events: Tag;
  readonly hasException: Tag;
  readonly traceIdHigh: Tag;
  readonly decisionMaker: Tag;
  readonly samplingPriority: Tag;
  readonly httpStatusCode: Tag;
  readonly version: Tag;
  readonly env: Tag;
  readonly dbName: Tag;

  constructor(keys: TagKeys) {
    this.spanKind = keys.tag('span.kind');
    this.otelTraceId = keys.tag('otel.trace_id');
    this.otelStatusCode = keys.tag('otel.status_code');
    this.otelStatusDescription = keys.tag('otel.status_description');
    this.otelScopeName = keys.tag('otel.scope.name');
    this.otelScopeVersion = keys.tag('otel.scope.version');
    this.otelLibraryName = keys.tag('otel.library.name');
    this.otelLibraryVersion = keys.tag('otel.library.version');
    this.events = keys.tag('events');
    this.hasException = keys.tag('_dd.span_events.has_exception');
    this.traceIdHigh = keys.tag('_dd.p.tid');
    this.decisionMaker = keys.tag('_dd.p.dm');
    this.samplingPriority = keys.tag('_sampling_priority_v1');
    this.httpStatusCode = keys.tag('http.status_code');
    this.version = keys.tag('version');
    this.env = keys.tag('env');
    this.dbName = keys.tag('db.name');
  }
}
