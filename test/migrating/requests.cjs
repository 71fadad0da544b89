// What an application does whose spans are compared, with any OpenTelemetry API from 0.16 on: a request
// that asks a database, handles a message, and fails.

const api = require('@opentelemetry/api');

/** Only the old API has it here; the instrumentations of its time were called plugins. */
const isOld = api.setSpan !== undefined;
const setSpan = isOld ? api.setSpan : api.trace.setSpan;
const { SERVER, CLIENT, CONSUMER, INTERNAL } = api.SpanKind;
const ERROR = 2;

function start(library, name, options, parent) {
  const scope =
    library === 'shop'
      ? library
      : `@opentelemetry/${isOld ? 'plugin' : 'instrumentation'}-${library}`;
  return api.trace.getTracer(scope).startSpan(name, options, parent);
}

const attributes = { 'http.method': 'GET', 'http.route': '/carts/{id}', 'http.status_code': 500 };
const request = start('http', 'GET', { kind: SERVER, attributes });
const parent = setSpan(api.context.active(), request);

const query = { 'db.system': 'postgresql', 'db.statement': 'SELECT * FROM carts WHERE id = 7' };
start('pg', 'pg.query:SELECT', { kind: CLIENT, attributes: query }, parent).end();

const message = {
  'messaging.system': 'kafka',
  'messaging.operation': 'receive',
  'messaging.destination': 'orders',
};
start('kafka', 'orders process', { kind: CONSUMER, attributes: message }, parent).end();

start('shop', 'price', { kind: INTERNAL }, parent).end();

request.recordException(new TypeError('no such cart'));
request.setStatus({ code: ERROR, message: 'broken' });
request.end();
