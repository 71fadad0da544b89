// Owns the traces of a web shop: an HTTP server span with 12 attributes, two of a database client with 8,
// two internal ones with 3. One span in 20 records an exception.

import { ROOT_CONTEXT, SpanKind, SpanStatusCode, trace } from '@opentelemetry/api';
import { failure } from './failures.mjs';
import { freshTexts } from './fresh-text.mjs';
import { integerBelow, oneOf, random } from './random.mjs';

export const SPANS_PER_TRACE = 5;
const FAILURE_RATE = 0.05;

const ROUTES = [
  ['/api/v1/orders/', ':id', ''],
  ['/api/v1/users/', ':id', '/profile'],
  ['/api/v1/carts/', ':id', '/items'],
  ['/api/v1/products/', ':sku', ''],
  ['/api/v1/payments/', ':id', '/capture'],
];
const TABLES = ['orders', 'users', 'carts', 'cart_items', 'products', 'payments', 'sessions'];
const STATUSES = [200, 200, 200, 200, 201, 204, 302, 404, 500];
const FUNCTIONS = ['renderTemplate', 'validateInput', 'computeTotals', 'authorize', 'loadCart'];

const method = freshTexts(['GET', 'GET', 'GET', 'POST', 'PUT', 'DELETE']);
const host = freshTexts(['shop.example.com', 'api.example.com']);
const verb = freshTexts(['SELECT', 'SELECT', 'SELECT', 'INSERT', 'UPDATE', 'DELETE']);
const userAgent = freshTexts(
  Array.from(
    { length: 20 },
    (_, i) =>
      `Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/${120 + i}.0.0.0 Safari/537.36`,
  ),
);
const query = freshTexts(
  Array.from(
    { length: 30 },
    (_, i) =>
      `SELECT t.id, t.created_at, t.status, t.total_${i} FROM ${TABLES[i % TABLES.length]} t WHERE t.id = $1 AND t.deleted_at IS NULL ORDER BY t.created_at DESC LIMIT 50`,
  ),
);

/** @returns a function that makes one trace and ends its spans, the root last. */
export function shopTraces(provider) {
  const http = provider.getTracer('@opentelemetry/instrumentation-http', '0.301.0');
  const database = provider.getTracer('@opentelemetry/instrumentation-pg', '0.90.0');
  const shop = provider.getTracer('shop', '1.0.0');
  return () => {
    const route = oneOf(ROUTES);
    const server = startServerSpan(http, route);
    const context = trace.setSpan(ROOT_CONTEXT, server);
    for (let i = 0; i < 2; i++) databaseSpan(database, context);
    for (let i = 0; i < 2; i++) internalSpan(shop, context);
    endServerSpan(server, route);
  };
}

function startServerSpan(tracer, [before, parameter, after]) {
  const verbOfRequest = method();
  const attributes = {
    'http.request.method': verbOfRequest,
    'url.scheme': 'https',
    'url.path': before + integerBelow(1e7) + after,
    'server.address': host(),
    'server.port': 443,
    'client.address': address(),
    'network.peer.address': address(),
    'network.peer.port': 1_024 + integerBelow(60_000),
    'network.protocol.version': '1.1',
    'user_agent.original': userAgent(),
  };
  const name = `${verbOfRequest} ${before}${parameter}${after}`;
  return tracer.startSpan(name, { kind: SpanKind.SERVER, attributes }, ROOT_CONTEXT);
}

function endServerSpan(span, [before, parameter, after]) {
  const status = oneOf(STATUSES);
  span.setAttribute('http.route', before + parameter + after);
  span.setAttribute('http.response.status_code', status);
  if (random() < FAILURE_RATE) span.recordException(failure());
  if (status >= 500) span.setStatus({ code: SpanStatusCode.ERROR });
  span.end();
}

function databaseSpan(tracer, context) {
  const operation = verb();
  const table = oneOf(TABLES);
  const attributes = {
    'db.system.name': 'postgresql',
    'db.namespace': 'shop',
    'db.operation.name': operation,
    'db.collection.name': table,
    'db.query.text': query(),
    'server.address': 'pg-primary.internal',
    'server.port': 5432,
  };
  const name = `${operation} ${table}`;
  const span = tracer.startSpan(name, { kind: SpanKind.CLIENT, attributes }, context);
  span.setAttribute('db.response.returned_rows', integerBelow(200));
  endOrFail(span, 'query failed');
}

function internalSpan(tracer, context) {
  const name = oneOf(FUNCTIONS);
  const attributes = { 'code.function.name': name, 'app.cache.key': cacheKey() };
  const span = tracer.startSpan(name, { attributes }, context);
  span.setAttribute('app.items', integerBelow(20) + (integerBelow(4) === 0 ? 0.5 : 0));
  endOrFail(span, 'out of stock');
}

function endOrFail(span, message) {
  if (random() < FAILURE_RATE) {
    span.recordException(failure());
    span.setStatus({ code: SpanStatusCode.ERROR, message });
  }
  span.end();
}

function address() {
  return `10.${integerBelow(4)}.${integerBelow(256)}.${integerBelow(256)}`;
}

function cacheKey() {
  return `cart:${integerBelow(1e6).toString(36)}:v2`;
}
