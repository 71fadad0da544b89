// Owns the traces whose snapshots are kept: what instrumentations and applications really send, one of
// a kind, with fixed ids and times. The key is the name of the file.

import { SpanKind, SpanStatusCode, TraceFlags } from '@opentelemetry/api';
import type { SpanRecipe, TraceRecipe, Values } from '../recipe.js';

const { SERVER, CLIENT, PRODUCER, CONSUMER } = SpanKind;
const SHOP: Values = {
  'service.name': 'shop',
  'service.version': '1.4.2',
  'deployment.environment.name': 'prod',
};
const LINKED = {
  traceId: 'fedcba98765432100123456789abcdef',
  spanId: 'abcdef0123456789',
  traceFlags: TraceFlags.SAMPLED,
};

type Shape = Omit<TraceRecipe, 'label'>;

function one(root: SpanRecipe): Shape {
  return { resource: SHOP, root };
}

const HTTP: Readonly<Record<string, Shape>> = {
  'http-server': one({
    name: 'GET /carts/{id}',
    kind: SERVER,
    scope: { name: '@opentelemetry/instrumentation-http', version: '0.223.0' },
    attributes: {
      'http.request.method': 'GET',
      'http.route': '/carts/{id}',
      'http.response.status_code': 200,
      'url.path': '/carts/7',
      'url.scheme': 'https',
      'server.address': 'shop.example.com',
      'server.port': 443,
      'client.address': '192.0.2.7',
      'user_agent.original': 'curl/8',
      'network.protocol.version': '1.1',
    },
  }),
  'http-server-old-conventions': one({
    kind: SERVER,
    attributes: { 'http.method': 'POST', 'http.route': '/carts', 'http.status_code': 503 },
    status: { code: SpanStatusCode.ERROR },
  }),
  'http-client': one({
    name: 'GET',
    kind: CLIENT,
    attributes: {
      'http.request.method': 'GET',
      'url.full': 'https://stock.example.com/items/7?size=s',
      'url.template': '/items/{id}',
      'http.response.status_code': 404,
      'server.address': 'stock.example.com',
    },
    status: { code: SpanStatusCode.ERROR },
  }),
};

const STORES_AND_QUEUES: Readonly<Record<string, Shape>> = {
  postgresql: one({
    kind: CLIENT,
    attributes: {
      'db.system.name': 'postgresql',
      'db.namespace': 'shop',
      'db.query.text': 'SELECT * FROM carts WHERE id = $1',
    },
  }),
  redis: one({ kind: CLIENT, attributes: { 'db.system': 'redis', 'db.statement': 'GET cart:7' } }),
  mongodb: one({
    kind: CLIENT,
    attributes: { 'db.system': 'mongodb', 'db.statement': '{"find":"carts"}', 'db.name': 'shop' },
  }),
  'kafka-producer': one({
    kind: PRODUCER,
    attributes: {
      'messaging.system': 'kafka',
      'messaging.operation': 'publish',
      'messaging.destination.name': 'orders',
    },
  }),
  'kafka-consumer-with-links': one({
    kind: CONSUMER,
    attributes: {
      'messaging.system': 'kafka',
      'messaging.operation': 'receive',
      'messaging.destination.name': 'orders',
    },
    links: [{ context: LINKED, attributes: { position: 1 } }, { context: LINKED }],
  }),
};

const CALLS: Readonly<Record<string, Shape>> = {
  'grpc-server': one({
    kind: SERVER,
    attributes: {
      'rpc.system': 'grpc',
      'rpc.service': 'shop.Cart',
      'rpc.method': 'Add',
      'rpc.grpc.status_code': 5,
    },
  }),
  'grpc-client': one({
    kind: CLIENT,
    attributes: { 'rpc.system': 'grpc', 'rpc.service': 'shop.Cart', 'rpc.method': 'Add' },
  }),
  'aws-client': one({
    kind: CLIENT,
    attributes: { 'rpc.system': 'aws-api', 'rpc.service': 'S3', 'rpc.method': 'PutObject' },
  }),
  graphql: one({
    attributes: { 'graphql.operation.type': 'query', 'graphql.operation.name': 'q' },
  }),
  'lambda-server': one({
    kind: SERVER,
    attributes: { 'faas.trigger': 'http', 'faas.invocation_id': 'a-1' },
  }),
};

const OUTCOMES: Readonly<Record<string, Shape>> = {
  'exception-event': one({
    status: { code: SpanStatusCode.ERROR, message: 'it broke' },
    events: [
      {
        name: 'exception',
        attributes: {
          'exception.type': 'TypeError',
          'exception.message': 'no such cart',
          'exception.stacktrace': 'TypeError: no such cart\n    at cart.js:7',
        },
        atNanos: 17,
      },
    ],
  }),
  'events-of-every-type': one({
    events: [
      { name: 'text', attributes: { text: 'a "quoted" grüße 🐨', empty: '' } },
      { name: 'numbers', attributes: { whole: 2, half: 0.5, large: 2 ** 53 }, atNanos: 999_999 },
      { name: 'others', attributes: { flag: false, list: ['a', 'b'], numbers: [1, 2] } },
    ],
  }),
  'status-ok': one({ status: { code: SpanStatusCode.OK } }),
};

const OTHERS: Readonly<Record<string, Shape>> = {
  'values-of-every-type': one({
    attributes: {
      text: 'grüße 🐨',
      empty: '',
      whole: 7,
      half: 0.5,
      negative: -3,
      flag: true,
      list: ['a', 1, false],
      nested: { a: { b: [1] } },
      bytes: Uint8Array.of(1, 2, 3),
    },
  }),
  'names-given-by-attributes': one({
    attributes: {
      'operation.name': 'My Operation',
      'resource.name': 'My Resource',
      'span.type': 'worker',
      'service.name': 'Other Service',
    },
  }),
  'no-resource': { resource: {}, root: { name: 'alone' } },
  'long-duration': one({ durationNanos: 3_600_000_000_001 }),
  'remote-parent-with-datadog-tracestate': {
    resource: SHOP,
    remoteParent: true,
    traceState: 'dd=s:2;o:synthetics;t.dm:-4;t.usr.id:7,other=x',
    root: { kind: SERVER },
  },
  'tree-of-three-levels': one({
    name: 'POST /orders',
    kind: SERVER,
    attributes: { 'http.request.method': 'POST', 'http.route': '/orders' },
    children: [
      { name: 'check', children: [{ kind: CLIENT, attributes: { 'db.system': 'redis' } }] },
      { kind: PRODUCER, attributes: { 'messaging.system': 'kafka' } },
    ],
  }),
};

const SHAPES = { ...HTTP, ...STORES_AND_QUEUES, ...CALLS, ...OUTCOMES, ...OTHERS };

export const shapes: readonly TraceRecipe[] = Object.entries(SHAPES).map(([label, shape]) =>
  Object.assign(shape, { label }),
);
