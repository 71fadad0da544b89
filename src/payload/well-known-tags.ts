// Owns the tags that the exporter itself writes, under their Datadog names.

import { ORIGIN, SAMPLING_PRIORITY } from './chunk-tag-names.js';
import type { Tag, TagKeys } from './tag-keys.js';

export class WellKnownTags {
  readonly keys: TagKeys;
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
  readonly errorMsg: Tag;
  readonly errorMessage: Tag;
  readonly errorType: Tag;
  readonly errorStack: Tag;
  readonly traceState: Tag;
  readonly origin: Tag;
  readonly grpcStatusCode: Tag;
  readonly sampleRate: Tag;
  readonly analyticsRate: Tag;
  readonly processId: Tag;
  readonly samplingPriority: Tag;
  readonly httpStatusCode: Tag;
  readonly version: Tag;
  readonly env: Tag;
  readonly dbName: Tag;
  readonly #contested: ReadonlySet<Tag>;

  constructor(keys: TagKeys) {
    this.keys = keys;
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
    this.errorMsg = keys.tag('error.msg');
    this.errorMessage = keys.tag('error.message');
    this.errorType = keys.tag('error.type');
    this.errorStack = keys.tag('error.stack');
    this.traceState = keys.tag('w3c.tracestate');
    this.origin = keys.tag(ORIGIN);
    this.grpcStatusCode = keys.tag('rpc.grpc.status_code');
    this.sampleRate = keys.tag('_sample_rate');
    this.analyticsRate = keys.tag('_dd1.sr.eausr');
    this.processId = keys.tag('process_id');
    this.samplingPriority = keys.tag(SAMPLING_PRIORITY);
    this.httpStatusCode = keys.tag('http.status_code');
    this.version = keys.tag('version');
    this.env = keys.tag('env');
    this.dbName = keys.tag('db.name');

    this.#contested = new Set([
      this.otelTraceId,
      this.otelStatusDescription,
      this.traceState,
      this.events,
      this.hasException,
    ]);
  }

  /** Whether what the span or its chunk has for this tag overrules what the scope has. */
  isContested(tag: Tag): boolean {
    return tag.isOfChunk || this.#contested.has(tag);
  }
}
