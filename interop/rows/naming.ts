// Owns the inputs for operation name, resource name and type.

import { SpanKind } from '@opentelemetry/api';
import type { TraceRecipe, Values } from '../recipe.js';

const { INTERNAL, SERVER, CLIENT, PRODUCER, CONSUMER } = SpanKind;
const KINDS = [INTERNAL, SERVER, CLIENT, PRODUCER, CONSUMER];

function words(text: string): readonly string[] {
  return text.trim().split(/\s+/u);
}

function row(kind: SpanKind, attributes: Values, resource: Values = {}): TraceRecipe {
  const inputs = [attributes, ...(Object.keys(resource).length > 0 ? [{ R: resource }] : [])];
  return {
    label: `naming: ${SpanKind[kind]} ${inputs.map((input) => JSON.stringify(input).slice(0, 90)).join(' ')}`,
    resource: { 'service.name': 'shop', ...resource },
    root: { kind, attributes },
  };
}

function everyKind(attributes: Values, resource?: Values): readonly TraceRecipe[] {
  return KINDS.map((kind) => row(kind, attributes, resource));
}

const SYSTEMS = words(`
  redis memcached postgresql elasticsearch opensearch cassandra mongodb other_sql mssql
  mysql oracle db2 redshift cloudscape hsqldb maxdb ingres firstsql edb cache firebird derby
  informix mariadb sqlite sybase teradata vertica h2 coldfusion cockroachdb progress hanadb
  adabas filemaker instantdb interbase netezza pervasive pointbase clickhouse hive hbase
  neo4j couchbase couchdb cosmosdb dynamodb geode postgres valkey MySQL microsoft.sql_server
  oracle.db ibm.db2 aws.redshift sap.maxdb actian.ingres intersystems.cache firebirdsql
  ibm.informix h2database sap.hana softwareag.adabas ibm.netezza azure.cosmosdb aws.dynamodb
  gcp.spanner influxdb
`);

/** Keys that names are made of, with what else they need. */
const CONCEPTS: readonly (readonly [key: string, others: Values])[] = [
  ['operation.name', {}],
  ['resource.name', {}],
  ['span.type', {}],
  ['http.request.method', {}],
  ['http.method', {}],
  ['http.route', { 'http.request.method': 'GET' }],
  ['url.template', { 'http.request.method': 'GET' }],
  ['db.system.name', {}],
  ['db.system', {}],
  ['db.statement', { 'db.system': 'mysql' }],
  ['db.query.text', { 'db.system': 'mysql' }],
  ['messaging.system', { 'messaging.operation': 'send' }],
  ['messaging.operation', { 'messaging.system': 'kafka' }],
  ['messaging.destination', { 'messaging.system': 'kafka', 'messaging.operation': 'send' }],
  ['rpc.system', { 'rpc.service': 'S' }],
  ['rpc.service', { 'rpc.system': 'aws-api' }],
  ['rpc.method', { 'rpc.system': 'aws-api' }],
  ['faas.trigger', {}],
  ['faas.invoked_name', { 'faas.invoked_provider': 'aws' }],
  ['graphql.operation.type', {}],
  ['graphql.operation.name', { 'graphql.operation.type': 'query' }],
  ['network.protocol.name', {}],
];

const METHODS: readonly Values[] = [
  { 'http.request.method': 'GET' },
  { 'http.method': 'GET' },
  { 'http.request.method': '_OTHER' },
  { 'http.request.method': 'PUT', 'http.method': 'GET' },
  { 'http.request.method': 'POST', 'http.route': '/api/users' },
  { 'http.method': 'GET', 'http.route': '/' },
  { 'http.request.method': 'POST', 'url.template': '/api/{id}' },
  { 'http.request.method': '', 'http.method': 'GET' },
  { 'http.request.method': 3 },
];

export const namingRows: readonly TraceRecipe[] = [
  ...CONCEPTS.flatMap(([key, others]) =>
    [SERVER, CLIENT].flatMap((kind) => [
      row(kind, { ...others, [key]: '' }, { [key]: 'on resource' }),
      row(kind, { ...others, [key]: 42 }),
      row(kind, { ...others, [key]: '%$^' }),
      row(kind, { ...others, [key]: true }, { [key]: 'On Resource' }),
    ]),
  ),
  ...everyKind({}),
  ...METHODS.flatMap((attributes) => everyKind(attributes)),
  ...SYSTEMS.map((system) => row(CLIENT, { 'db.system': system })),
  ...everyKind({ 'db.system': 'postgresql' }),
  ...everyKind({ 'db.system.name': 'mysql', 'db.system': 'postgresql' }),
  row(CLIENT, { 'db.system': 'postgresql' }, { 'db.system': 'mysql' }),
  row(CLIENT, { 'db.system': 'memcached' }, { 'db.system': 'redis' }),
  row(CLIENT, { 'db.system': 'postgresql' }, { 'db.system.name': 'mysql' }),
  ...everyKind({ 'messaging.system': 'kafka', 'messaging.operation': 'publish' }),
  ...everyKind({ 'messaging.system': 'AWS SQS', 'messaging.operation': 'receive' }),
  row(CONSUMER, { 'messaging.system': 'kafka', 'messaging.operation.type': 'receive' }),
  row(PRODUCER, { 'messaging.system': 'kafka', 'messaging.operation.name': 'send' }),
  row(CONSUMER, { 'messaging.operation': 'receive', 'messaging.destination.name': 'new-dest' }),
  row(CONSUMER, {
    'messaging.operation': 'receive',
    'messaging.destination.name': 'new-dest',
    'messaging.destination': 'old-dest',
  }),
  ...everyKind({ 'rpc.system': 'aws-api', 'rpc.service': 'S3', 'rpc.method': 'PutObject' }),
  ...everyKind({ 'rpc.system': 'aws-api' }),
  ...everyKind({ 'rpc.system': 'grpc', 'rpc.service': 'shop.Cart', 'rpc.method': 'Add' }),
  ...everyKind({ 'rpc.system.name': 'grpc', 'rpc.method': 'shop.Cart/Add' }),
  row(CLIENT, { 'rpc.method': 'M' }),
  row(CLIENT, { 'faas.invoked_provider': 'aws', 'faas.invoked_name': 'my-fn' }),
  row(CLIENT, { 'faas.invoked_provider': 'aws' }),
  row(SERVER, { 'faas.trigger': 'http' }),
  ...everyKind({ 'graphql.operation.type': 'query', 'graphql.operation.name': 'myQuery' }),
  row(INTERNAL, { 'graphql.operation.type': 'query' }),
  ...everyKind({ 'network.protocol.name': 'WS' }),
  ...everyKind({ 'operation.name': 'READ' }),
  row(INTERNAL, { 'operation.name': 'a b/c', 'resource.name': 'res', 'span.type': 'cache' }),
  row(INTERNAL, {}, { 'operation.name': 'Op On Resource', 'resource.name': 'r', 'span.type': 't' }),
  row(INTERNAL, { 'resource.name': 'res_span' }, { 'resource.name': 'res_resource' }),
  row(CLIENT, { 'span.type': 'span-type' }, { 'span.type': 'resource-type' }),
  row(INTERNAL, { 'resource.name': 'a'.repeat(5_001) }),
  row(INTERNAL, { 'resource.name': `${'a'.repeat(4_999)}é` }),
  row(INTERNAL, { 'operation.name': 'Too-Long-.'.repeat(11) }),
  row(INTERNAL, { 'operation.name': '%$^' }),
  row(INTERNAL, { 'operation.name': 'Data🐨dog🐶 繋がっ⛰てて' }),
  row(INTERNAL, { 'span.type': 'x'.repeat(120) }),
  row(CLIENT, { 'db.system': 'mysql', 'db.statement': 'SELECT * FROM t WHERE id = 12345' }),
  row(CLIENT, {
    'db.statement': 'SELECT 1 FROM old_table',
    'db.query.text': 'SELECT 2 FROM new_table',
    'db.system': 'postgresql',
  }),
  row(CLIENT, {}, { 'db.system': 'mysql', 'db.statement': 'SELECT * FROM table WHERE id = 12345' }),
  row(CLIENT, { 'db.system': 'postgresql', 'db.query.text': 'SELECT name FROM users WHERE x = 1' }),
  row(CLIENT, { 'db.system': 'postgresql', 'db.query.text': 'this is ( not SQL' }),
  row(CLIENT, { 'db.system': 'redis', 'db.statement': 'SET key secret' }),
  row(CLIENT, { 'db.system': 'mongodb', 'db.statement': '{"find":"users","filter":{"a":"b"}}' }),
  row(CLIENT, { 'db.system': 'elasticsearch', 'db.statement': '{"query":{"term":{"a":"b"}}}' }),
  row(CLIENT, { 'db.system': 'memcached', 'db.statement': 'set key 0 0 5' }),
  row(SERVER, { 'db.system': 'mysql', 'db.statement': 'SELECT 1 WHERE a = 2' }),
  row(CLIENT, { 'db.statement': 'SELECT 1 WHERE a = 2' }),
  row(CLIENT, { 'gen_ai.system': 'openai', 'gen_ai.request.model': 'm' }),
  row(INTERNAL, {}, { 'http.request.method': 'GET' }),
  row(SERVER, {}, { 'http.request.method': 'GET', 'http.route': '/on/resource' }),
  { label: 'naming: empty span name', root: { name: '' } },
  { label: 'naming: long span name', root: { name: 'n'.repeat(6_000) } },
  { label: 'naming: scope', root: { scope: { name: 'spring' } } },
];
