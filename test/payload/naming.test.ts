import { type Attributes, type AttributeValue, SpanKind } from '@opentelemetry/api';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { makeSpan } from '../support/spans.js';
import { decodeStrictly, encode, roundTrip } from '../support/encoding.js';

const { INTERNAL, SERVER, CLIENT, PRODUCER, CONSUMER } = SpanKind;
/** A number, because no SDK has it. */
const UNKNOWN: number = 98;

interface Row {
  readonly span?: Attributes;
  readonly resource?: Attributes;
  readonly kind?: SpanKind;
  readonly expected: string;
}

function received({
  span = {},
  resource = {},
  kind = INTERNAL,
}: Row): ReturnType<typeof roundTrip> {
  return roundTrip(
    makeSpan({
      kind,
      attributes: span,
      resource: { attributes: { 'service.name': 'shop', ...resource } },
    }),
  );
}

describe('operation name', () => {
  it.each<Row>([
    { span: { 'operation.name': 'READ' }, expected: 'read' },
    { span: { 'http.request.method': 'GET' }, kind: SERVER, expected: 'http.server.request' },
    { span: { 'http.method': 'GET' }, kind: SERVER, expected: 'http.server.request' },
    { span: { 'http.request.method': '_OTHER' }, kind: SERVER, expected: 'http.server.request' },
    { span: { 'http.method': 'GET' }, kind: CLIENT, expected: 'http.client.request' },
    { span: { 'http.method': 'GET' }, kind: INTERNAL, expected: 'Internal' },
    { span: { 'db.system': 'postgresql' }, kind: CLIENT, expected: 'postgresql.query' },
    {
      span: { 'db.system': 'postgresql' },
      resource: { 'db.system': 'mysql' },
      kind: CLIENT,
      expected: 'postgresql.query',
    },
    {
      span: { 'db.system': 'old' },
      resource: { 'db.system.name': 'new' },
      kind: CLIENT,
      expected: 'new.query',
    },
    { span: { 'db.system': 'postgresql' }, kind: SERVER, expected: 'server.request' },
    {
      span: { 'messaging.system': 'kafka', 'messaging.operation': 'publish' },
      kind: PRODUCER,
      expected: 'kafka.publish',
    },
    {
      span: { 'messaging.system': 'AWS SQS', 'messaging.operation': 'receive' },
      kind: CONSUMER,
      expected: 'aws_sqs.receive',
    },
    {
      span: { 'messaging.system': 'kafka', 'messaging.operation': 'publish' },
      kind: INTERNAL,
      expected: 'Internal',
    },
    {
      span: { 'messaging.system': 'kafka', 'messaging.operation': 'publish' },
      kind: UNKNOWN,
      expected: 'Internal',
    },
    {
      span: { 'rpc.system': 'aws-api', 'rpc.service': 'S3' },
      kind: CLIENT,
      expected: 'aws.s3.request',
    },
    { span: { 'rpc.system': 'aws-api' }, kind: CLIENT, expected: 'aws.client.request' },
    { span: { 'rpc.system': 'aws-api' }, kind: SERVER, expected: 'aws_api.server.request' },
    { span: { 'rpc.system': 'grpc' }, kind: CLIENT, expected: 'grpc.client.request' },
    { span: { 'rpc.system': 'grpc' }, kind: SERVER, expected: 'grpc.server.request' },
    {
      span: { 'faas.invoked_provider': 'aws', 'faas.invoked_name': 'my-fn' },
      kind: CLIENT,
      expected: 'aws.my_fn.invoke',
    },
    { span: { 'faas.trigger': 'timer' }, kind: SERVER, expected: 'timer.invoke' },
    { span: { 'graphql.operation.type': 'query' }, expected: 'graphql.server.request' },
    { span: { 'network.protocol.name': 'amqp' }, kind: SERVER, expected: 'amqp.server.request' },
    { span: { 'network.protocol.name': 'amqp' }, kind: CLIENT, expected: 'amqp.client.request' },
    { kind: SERVER, expected: 'server.request' },
    { kind: CLIENT, expected: 'client.request' },
    { kind: PRODUCER, expected: 'Producer' },
    { kind: CONSUMER, expected: 'Consumer' },
    { kind: INTERNAL, expected: 'Internal' },
    { span: { 'http.request.method': 7 }, kind: SERVER, expected: 'server.request' },
  ])('is $expected for kind $kind with $span', (row) => {
    expect(received(row).name).toBe(row.expected);
  });
});

describe('resource name', () => {
  it.each<Row>([
    { span: { 'resource.name': 'res' }, expected: 'res' },
    {
      span: { 'resource.name': 'res_span' },
      resource: { 'resource.name': 'res_resource' },
      expected: 'res_span',
    },
    {
      span: { 'http.request.method': 'POST', 'http.route': '/api/users' },
      kind: SERVER,
      expected: 'POST /api/users',
    },
    {
      span: { 'http.request.method': 'GET', 'url.template': '/u/{id}' },
      kind: CLIENT,
      expected: 'GET /u/{id}',
    },
    { span: { 'http.method': 'GET', 'http.route': '/' }, expected: 'GET' },
    { span: { 'http.method': 'GET', 'http.route': '/' }, kind: CLIENT, expected: 'GET' },
    { span: { 'http.request.method': '_OTHER' }, kind: CLIENT, expected: 'HTTP' },
    {
      span: { 'http.request.method': 'PUT', 'http.method': 'GET' },
      kind: CLIENT,
      expected: 'PUT',
    },
    {
      span: { 'messaging.operation': 'receive', 'messaging.destination.name': 'orders' },
      expected: 'receive orders',
    },
    { span: { 'rpc.method': 'M' }, expected: 'M' },
    { span: { 'rpc.method': 'M', 'rpc.service': 'S' }, expected: 'M S' },
    {
      span: { 'graphql.operation.type': 'query', 'graphql.operation.name': 'myQuery' },
      expected: 'query myQuery',
    },
    {
      resource: { 'db.system': 'mysql', 'db.statement': 'SELECT 1' },
      expected: 'SELECT 1',
    },
    {
      span: { 'db.system': 'pg', 'db.statement': 'old', 'db.query.text': 'new' },
      expected: 'old',
    },
    { span: { 'db.system': 'postgresql' }, expected: 'span_name' },
    { span: { 'db.statement': 'SELECT 1' }, expected: 'span_name' },
    { expected: 'span_name' },
  ])('is $expected for kind $kind with $span', (row) => {
    expect(received(row).resource).toBe(row.expected);
  });

  it('is the operation name when the span has no name', () => {
    expect(roundTrip(makeSpan({ name: '' })).resource).toBe('Internal');
  });

  it('is cut at 5 000 bytes', () => {
    const span = makeSpan({ attributes: { 'resource.name': 'a'.repeat(5_001) } });

    expect(Buffer.byteLength(roundTrip(span).resource)).toBe(5_000);
  });
});

describe('type', () => {
  const systems = ['redis', 'memcached', 'elasticsearch', 'opensearch', 'cassandra', 'mongodb'];

  it.each<Row>([
    {
      span: { 'span.type': 'span-type' },
      resource: { 'span.type': 'resource-type' },
      expected: 'span-type',
    },
    { kind: SERVER, expected: 'web' },
    { kind: CLIENT, expected: 'http' },
    { kind: PRODUCER, expected: 'custom' },
    { kind: INTERNAL, expected: 'custom' },
    { span: { 'db.system': 'postgresql' }, kind: CLIENT, expected: 'sql' },
    { span: { 'db.system': 'MySQL' }, kind: CLIENT, expected: 'sql' },
    { span: { 'db.system.name': 'microsoft.sql_server' }, kind: CLIENT, expected: 'sql' },
    { span: { 'db.system.name': 'aws.dynamodb' }, kind: CLIENT, expected: 'db' },
    { span: { 'db.system': 'postgres' }, kind: CLIENT, expected: 'db' },
    { span: { 'db.system': 'neo4j' }, kind: CLIENT, expected: 'db' },
    ...systems.map((system) => ({
      span: { 'db.system': system },
      kind: CLIENT,
      expected: system,
    })),
  ])('is $expected for kind $kind with $span', (row) => {
    expect(received(row).type).toBe(row.expected);
  });
});

const DECIDING_KEYS = [
  'http.request.method',
  'http.method',
  'db.system',
  'db.system.name',
  'operation.name',
  'span.type',
  'messaging.system',
  'messaging.operation',
  'rpc.system',
  'rpc.service',
  'faas.invoked_provider',
  'faas.invoked_name',
  'faas.trigger',
  'graphql.operation.type',
  'network.protocol.name',
  'service.name',
];
const DECIDING_TOGETHER = [
  ['messaging.system', 'messaging.operation'],
  ['rpc.system', 'rpc.service'],
  ['faas.invoked_provider', 'faas.invoked_name'],
];
/** Few, so that those of earlier spans come again; what is no text decides nothing. */
const DECIDING_VALUES = fc.constantFrom<AttributeValue>('aws-api', 'redis', 'x'.repeat(300), '', 1);
/** More than are remembered. */
const SPANS = { minLength: 2, maxLength: 12 };

describe('the names of a span', () => {
  it.each<Attributes>([{}, { 'rpc.system': 'aws-api', 'span.type': 'cache' }])(
    'do not depend on the spans before, with a resource of %j',
    (ofResource) => {
      // What is remembered is remembered by resource and scope.
      const shared = {
        resource: { attributes: { 'service.name': 'shop', ...ofResource } },
        instrumentationScope: { name: 'tests' },
      };
      const keys = fc.oneof(
        fc.constantFrom(...DECIDING_TOGETHER),
        fc.uniqueArray(fc.constantFrom(...DECIDING_KEYS), { maxLength: 3 }),
      );
      const attributes = keys.chain((some) =>
        fc.record(Object.fromEntries(some.map((key) => [key, DECIDING_VALUES]))),
      );
      const span = fc
        .record({ kind: fc.constantFrom(SERVER, CLIENT, CONSUMER), attributes })
        .map((fields) => makeSpan({ ...shared, ...fields }));
      fc.assert(
        fc.property(fc.array(span, SPANS), (spans) => {
          const together = encode(spans).payloads.flatMap(({ body }) => decodeStrictly(body));
          expect(together.flat().map(namesOf)).toEqual(
            spans.map((each) => namesOf(roundTrip(each))),
          );
        }),
        { numRuns: 500 },
      );
    },
  );
});

function namesOf({ service, name, resource, type }: ReturnType<typeof roundTrip>) {
  return { service, name, resource, type };
}
