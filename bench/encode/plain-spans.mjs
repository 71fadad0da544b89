// Owns the straightforward way from an OTel span to the Datadog span that an encoder of objects takes: what
// an exporter does that maps first and encodes later. `id` makes an identifier of hexadecimal digits.

const KINDS = ['internal', 'server', 'client', 'producer', 'consumer'];
const ERROR = 2;

/** @returns arrays of spans, one for each trace. */
export function plainTraces(spans, id) {
  const traces = new Map();
  for (const span of spans) {
    const { traceId } = span.spanContext();
    const mapped = plainSpan(span, id);
    const trace = traces.get(traceId);
    if (trace === undefined) traces.set(traceId, [mapped]);
    else trace.push(mapped);
  }
  return [...traces.values()];
}

function plainSpan(span, id) {
  const { traceId, spanId } = span.spanContext();
  const { meta, metrics } = tagsOf(span);
  return {
    trace_id: id(traceId.slice(16)),
    span_id: id(spanId),
    parent_id: id(span.parentSpanContext?.spanId ?? '0000000000000000'),
    name: `${KINDS[span.kind]}.request`,
    resource: span.name,
    service: meta['service.name'],
    type: span.kind === 1 ? 'web' : 'custom',
    error: span.status.code === ERROR ? 1 : 0,
    start: nanosOf(span.startTime),
    duration: nanosOf(span.duration),
    meta,
    metrics,
  };
}

function tagsOf(span) {
  const meta = {
    'otel.library.name': span.instrumentationScope.name,
    'otel.library.version': span.instrumentationScope.version,
    'otel.trace_id': span.spanContext().traceId,
    'span.kind': KINDS[span.kind],
    language: 'javascript',
  };
  const metrics = { _sampling_priority_v1: 1, process_id: process.pid };
  for (const attributes of [span.resource.attributes, span.attributes]) {
    for (const [key, value] of Object.entries(attributes)) {
      if (typeof value === 'number') metrics[key] = value;
      else meta[key] = typeof value === 'string' ? value : JSON.stringify(value);
    }
  }
  if (span.events.length > 0) meta.events = JSON.stringify(span.events.map(plainEvent));
  return { meta, metrics };
}

function plainEvent({ name, time, attributes }) {
  return { name, time_unix_nano: nanosOf(time), attributes };
}

/** As Datadog's tracer has it: a number, and so without the last digits. */
function nanosOf([seconds, nanos]) {
  return seconds * 1e9 + nanos;
}
