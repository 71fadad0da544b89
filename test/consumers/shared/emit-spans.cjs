// Owns the spans that every consumer makes, with whichever API and tracer it is given, and what the
// SDK itself says about them. Knows neither the SDK line nor the exporter.

const NO_PARENT = '0'.repeat(16);
const LONG_START = [1_760_000_000, 123_456_789];
const LONG_END = [1_760_000_007, 373_456_790]; // 7.25 s and 1 ns later

/**
 * A server span with three children: a client call, a long one whose times were given, and one that
 * failed with an exception.
 */
function emitSpans({ api, tracer, attributes = {} }) {
  const { ROOT_CONTEXT, SpanKind, SpanStatusCode, trace } = api;
  const server = tracer.startSpan(
    'GET /orders/:id',
    {
      kind: SpanKind.SERVER,
      attributes: { 'http.request.method': 'GET', 'http.route': '/orders/:id', ...attributes },
    },
    ROOT_CONTEXT,
  );
  const inServer = trace.setSpan(ROOT_CONTEXT, server);

  const client = tracer.startSpan(
    'GET',
    { kind: SpanKind.CLIENT, attributes: { 'http.request.method': 'GET' } },
    inServer,
  );
  client.end();

  const long = tracer.startSpan('long work', { startTime: LONG_START }, inServer);
  long.end(LONG_END);

  const failed = tracer.startSpan('failed work', {}, inServer);
  failed.recordException(new RangeError('out of stock'));
  failed.setStatus({ code: SpanStatusCode.ERROR, message: 'no order' });
  failed.end();

  server.end();
  const serverId = server.spanContext().spanId;
  // In the order in which they ended, which is the order of the batch.
  return [
    identity(client, serverId),
    identity(long, serverId),
    identity(failed, serverId),
    identity(server, NO_PARENT),
  ];
}

function identity(span, parentId) {
  const { traceId, spanId } = span.spanContext();
  return { traceId, spanId, parentId, name: span.name };
}

module.exports = { emitSpans };
