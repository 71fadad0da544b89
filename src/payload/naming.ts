// Owns how operation name, resource name and type of a Datadog span follow from an OTel span: the
// Agent's rules with default settings ("V2" names), so that a span is called the same whether it
// came through OTLP or through us. Pure functions of the facts.
// Source: datadog-agent, pkg/trace/traceutil/otel_util.go.

import { SpanKind } from '@opentelemetry/api';
import {
  bitsOf,
  type Concept,
  DB_STATEMENT,
  DB_SYSTEM,
  FAAS_INVOKED_NAME,
  FAAS_INVOKED_PROVIDER,
  FAAS_TRIGGER,
  GRAPHQL_NAME,
  GRAPHQL_TYPE,
  HTTP_METHOD,
  HTTP_ROUTE,
  MESSAGING_DESTINATION,
  MESSAGING_OPERATION,
  MESSAGING_SYSTEM,
  NETWORK_PROTOCOL,
  OPERATION_NAME,
  RESOURCE_NAME,
  RPC_METHOD,
  RPC_SERVICE,
  RPC_SYSTEM,
  SPAN_TYPE,
  URL_TEMPLATE,
} from './concepts.js';
import { BoundedMemo } from './bounded-memo.js';
import { normalizeTagValue } from './normalize.js';
import type { SpanFacts } from './span-facts.js';

const SQL_SYSTEMS =
  'other_sql mssql mysql oracle db2 postgresql redshift cloudscape hsqldb maxdb ingres firstsql edb ' +
  'cache firebird derby informix mariadb sqlite sybase teradata vertica h2 coldfusion cockroachdb ' +
  'progress hanadb adabas filemaker instantdb interbase netezza pervasive pointbase clickhouse ' +
  'microsoft.sql_server oracle.db ibm.db2 aws.redshift sap.maxdb actian.ingres ' +
  'intersystems.cache firebirdsql ibm.informix h2database sap.hana softwareag.adabas ibm.netezza';
const OWN_TYPES = 'cassandra redis memcached mongodb elasticsearch opensearch';

const TYPE_BY_DB_SYSTEM: ReadonlyMap<string, string> = new Map([
  ...SQL_SYSTEMS.split(' ').map((system): [string, string] => [system, 'sql']),
  ...OWN_TYPES.split(' ').map((system): [string, string] => [system, system]),
]);

const AWS = 'aws-api';

/** A map, because a kind comes from the application and may be any text, such as `constructor`. */
const SPAN_KINDS: ReadonlyMap<SpanKind, string> = new Map([
  [SpanKind.INTERNAL, 'internal'],
  [SpanKind.SERVER, 'server'],
  [SpanKind.CLIENT, 'client'],
  [SpanKind.PRODUCER, 'producer'],
  [SpanKind.CONSUMER, 'consumer'],
]);

/** Kinds of spans whose other side is another process. */
const REMOTE_KINDS: ReadonlySet<SpanKind> = new Set([
  SpanKind.SERVER,
  SpanKind.CLIENT,
  SpanKind.PRODUCER,
  SpanKind.CONSUMER,
]);

/** The value of the tag `span.kind`. */
export function spanKindName(kind: SpanKind): string {
  return SPAN_KINDS.get(kind) ?? 'unspecified';
}

const NORMAL = new BoundedMemo(normalizeTagValue);
/** Operation and type by the name of a database system as it was given. */
const DATABASES = new BoundedMemo((text) => {
  const system = normalizeTagValue(text);
  if (system === '') return {};
  return { operation: `${system}.query`, type: TYPE_BY_DB_SYSTEM.get(system) ?? 'db' };
});

/**
 * Concepts whose text decides on operation and type, besides the kind and whether there is an HTTP method. For
 * calls of AWS, the text of the RPC service decides, too.
 */
export const DECIDING: readonly Concept[] = [
  OPERATION_NAME,
  SPAN_TYPE,
  DB_SYSTEM,
  MESSAGING_SYSTEM,
  MESSAGING_OPERATION,
  RPC_SYSTEM,
  FAAS_INVOKED_PROVIDER,
  FAAS_INVOKED_NAME,
  FAAS_TRIGGER,
  GRAPHQL_TYPE,
  NETWORK_PROTOCOL,
];
/** Concepts of the rarer rules, which are gone through only if the span or its resource has one of them. */
const RARE_OPERATION = bitsOf(
  OPERATION_NAME,
  MESSAGING_SYSTEM,
  RPC_SYSTEM,
  FAAS_INVOKED_PROVIDER,
  FAAS_TRIGGER,
  GRAPHQL_TYPE,
);
const RARE_RESOURCE = bitsOf(RESOURCE_NAME, MESSAGING_OPERATION, RPC_METHOD, GRAPHQL_TYPE);

/** Whether the span is a call of AWS, which is named after the service called. */
export function isAwsCall(facts: SpanFacts): boolean {
  return normalText(facts, RPC_SYSTEM) === AWS;
}

/** The operation name, before the Agent's character rules. The first rule that matches wins. */
export function operationName(facts: SpanFacts, kind: SpanKind): string {
  const isRare = facts.hasAny(RARE_OPERATION);
  return (
    (isRare ? normalText(facts, OPERATION_NAME) : undefined) ??
    httpOperation(facts, kind) ??
    databaseOperation(facts, kind) ??
    (isRare ? rareOperation(facts, kind) : undefined) ??
    protocolOperation(facts, kind)
  );
}

function rareOperation(facts: SpanFacts, kind: SpanKind): string | undefined {
  return (
    messagingOperation(facts, kind) ??
    rpcOperation(facts, kind) ??
    faasOperation(facts, kind) ??
    (normalText(facts, GRAPHQL_TYPE) && 'graphql.server.request')
  );
}

/** What the span worked on, e.g. `GET /users/:id`. The first rule that matches wins. */
export function resourceName(facts: SpanFacts, kind: SpanKind, spanName: string): string {
  const isRare = facts.hasAny(RARE_RESOURCE);
  const explicit = isRare ? facts.text(RESOURCE_NAME) : undefined;
  if (explicit !== undefined) return explicit;
  const method = facts.text(HTTP_METHOD);
  if (method !== undefined) return httpResource(facts, kind, method);
  return (isRare ? rareResource(facts) : undefined) ?? databaseStatement(facts) ?? spanName;
}

function rareResource(facts: SpanFacts): string | undefined {
  return (
    joined(facts, MESSAGING_OPERATION, MESSAGING_DESTINATION) ??
    joined(facts, RPC_METHOD, RPC_SERVICE) ??
    joined(facts, GRAPHQL_TYPE, GRAPHQL_NAME)
  );
}

/** The type that is given, else `web`, `http`, the family of the database, or `custom`. */
export function spanType(facts: SpanFacts, kind: SpanKind): string {
  const explicit = facts.text(SPAN_TYPE);
  if (explicit !== undefined) return explicit;
  if (kind === SpanKind.SERVER) return 'web';
  if (kind !== SpanKind.CLIENT) return 'custom';
  return database(facts)?.type ?? 'http';
}

function httpOperation(facts: SpanFacts, kind: SpanKind): string | undefined {
  if (kind !== SpanKind.SERVER && kind !== SpanKind.CLIENT) return undefined;
  if (facts.text(HTTP_METHOD) === undefined) return undefined;
  return kind === SpanKind.SERVER ? 'http.server.request' : 'http.client.request';
}

function databaseOperation(facts: SpanFacts, kind: SpanKind): string | undefined {
  return kind === SpanKind.CLIENT ? database(facts)?.operation : undefined;
}

function database(facts: SpanFacts): { operation?: string; type?: string } | undefined {
  const system = facts.text(DB_SYSTEM);
  return system === undefined ? undefined : DATABASES.get(system);
}

function messagingOperation(facts: SpanFacts, kind: SpanKind): string | undefined {
  if (!REMOTE_KINDS.has(kind)) return undefined;
  const system = normalText(facts, MESSAGING_SYSTEM);
  const operation = normalText(facts, MESSAGING_OPERATION);
  return system && operation && `${system}.${operation}`;
}

function rpcOperation(facts: SpanFacts, kind: SpanKind): string | undefined {
  if (kind !== SpanKind.SERVER && kind !== SpanKind.CLIENT) return undefined;
  const system = normalText(facts, RPC_SYSTEM);
  if (system === undefined) return undefined;
  if (kind === SpanKind.SERVER) return `${system}.server.request`;
  if (system !== AWS) return `${system}.client.request`;
  const service = normalText(facts, RPC_SERVICE);
  return service === undefined ? 'aws.client.request' : `aws.${service}.request`;
}

function faasOperation(facts: SpanFacts, kind: SpanKind): string | undefined {
  if (kind === SpanKind.CLIENT) {
    const provider = normalText(facts, FAAS_INVOKED_PROVIDER);
    const name = normalText(facts, FAAS_INVOKED_NAME);
    return provider && name && `${provider}.${name}.invoke`;
  }
  const trigger = kind === SpanKind.SERVER ? normalText(facts, FAAS_TRIGGER) : undefined;
  return trigger && `${trigger}.invoke`;
}

function protocolOperation(facts: SpanFacts, kind: SpanKind): string {
  if (kind === SpanKind.PRODUCER) return 'Producer';
  if (kind === SpanKind.CONSUMER) return 'Consumer';
  if (kind !== SpanKind.SERVER && kind !== SpanKind.CLIENT) return 'Internal';
  const isServer = kind === SpanKind.SERVER;
  const protocol = normalText(facts, NETWORK_PROTOCOL);
  if (protocol === undefined) return isServer ? 'server.request' : 'client.request';
  return `${protocol}.${isServer ? 'server' : 'client'}.request`;
}

function httpResource(facts: SpanFacts, kind: SpanKind, method: string): string {
  const verb = method === '_OTHER' ? 'HTTP' : method;
  const path =
    kind === SpanKind.SERVER
      ? facts.text(HTTP_ROUTE)
      : kind === SpanKind.CLIENT
        ? facts.text(URL_TEMPLATE)
        : undefined;
  return path === undefined ? verb : `${verb} ${path}`;
}

function databaseStatement(facts: SpanFacts): string | undefined {
  if (facts.text(DB_SYSTEM) === undefined) return undefined;
  return facts.text(DB_STATEMENT);
}

/** `first`, or `first second` when there is a second. */
function joined(facts: SpanFacts, first: Concept, second: Concept): string | undefined {
  const head = facts.text(first);
  const tail = head === undefined ? undefined : facts.text(second);
  return tail === undefined ? head : `${head} ${tail}`;
}

/** The fact as a normalised tag value; `undefined` also if nothing of it is left. */
function normalText(facts: SpanFacts, concept: Concept): string | undefined {
  const text = facts.text(concept);
  return text === undefined ? undefined : NORMAL.get(text) || undefined;
}
