// Owns the plain answer to what a span is called: the Agent's ladders, rung by rung, over maps.

import { SpanKind } from '@opentelemetry/api';
import type { ReadableSpan } from '../../src/index.js';
import { normalizeTagValue } from '../../src/payload/normalize.js';

export interface Names {
  readonly operation: string;
  readonly resource: string;
  readonly type: string;
}

type Look = (...keys: string[]) => string;

const SQL = new Set(['postgresql', 'mysql', 'mssql', 'sqlite', 'mariadb', 'oracle', 'clickhouse']);
const SAME = new Set(['redis', 'memcached', 'mongodb', 'cassandra', 'elasticsearch', 'opensearch']);

export function oracleNames(span: ReadableSpan, resource: ReadonlyMap<string, unknown>): Names {
  const look: Look = (...keys) => {
    for (const key of keys) {
      for (const value of [span.attributes[key], resource.get(key)]) {
        if (typeof value === 'string' && value !== '') return value;
      }
    }
    return '';
  };
  const tag: Look = (...keys) => normalizeTagValue(look(...keys));
  return {
    operation: operation(span.kind, look, tag),
    resource: resourceOf(span, look),
    type: typeOf(span.kind, look, tag),
  };
}

function operation(kind: SpanKind, look: Look, tag: Look): string {
  const isServer = kind === SpanKind.SERVER;
  const isClient = kind === SpanKind.CLIENT;
  const side = isServer ? 'server' : 'client';
  const hasSide = isServer || isClient;
  const db = tag('db.system.name', 'db.system');
  const rpc = tag('rpc.system');
  const messaging = [tag('messaging.system'), tag('messaging.operation')];
  const invoked = [tag('faas.invoked_provider'), tag('faas.invoked_name')];
  const protocol = tag('network.protocol.name');
  const rungs: [boolean, string][] = [
    [tag('operation.name') !== '', tag('operation.name')],
    [hasSide && look('http.request.method', 'http.method') !== '', `http.${side}.request`],
    [isClient && db !== '', `${db}.query`],
    [kind !== SpanKind.INTERNAL && !messaging.includes(''), messaging.join('.')],
    [
      isClient && rpc === 'aws-api' && tag('rpc.service') !== '',
      `aws.${tag('rpc.service')}.request`,
    ],
    [isClient && rpc === 'aws-api', 'aws.client.request'],
    [hasSide && rpc !== '', `${rpc}.${side}.request`],
    [isClient && !invoked.includes(''), `${invoked.join('.')}.invoke`],
    [isServer && tag('faas.trigger') !== '', `${tag('faas.trigger')}.invoke`],
    [tag('graphql.operation.type') !== '', 'graphql.server.request'],
    [hasSide && protocol !== '', `${protocol}.${side}.request`],
    [hasSide, `${side}.request`],
    [kind === SpanKind.PRODUCER, 'Producer'],
    [kind === SpanKind.CONSUMER, 'Consumer'],
    [true, 'Internal'],
  ];
  return rungs.find(([applies]) => applies)?.[1] ?? '';
}

function resourceOf(span: ReadableSpan, look: Look): string {
  const method = look('http.request.method', 'http.method').replace(/^_OTHER$/, 'HTTP');
  const paths: Partial<Record<SpanKind, string>> = {
    [SpanKind.SERVER]: look('http.route'),
    [SpanKind.CLIENT]: look('url.template'),
  };
  const statement = look('db.statement', 'db.query.text');
  const pairs = [
    [look('messaging.operation'), look('messaging.destination', 'messaging.destination.name')],
    [look('rpc.method'), look('rpc.service')],
    [look('graphql.operation.type'), look('graphql.operation.name')],
  ].map(([head = '', tail = '']) => joined(head, tail));
  const rungs = [
    look('resource.name'),
    joined(method, paths[span.kind] ?? ''),
    ...pairs,
    look('db.system.name', 'db.system') && statement,
  ];
  return rungs.find((rung) => rung !== '') ?? span.name;
}

function joined(head: string, tail: string): string {
  return head === '' || tail === '' ? head : `${head} ${tail}`;
}

function typeOf(kind: SpanKind, look: Look, tag: Look): string {
  const explicit = look('span.type');
  if (explicit !== '') return explicit;
  if (kind === SpanKind.SERVER) return 'web';
  if (kind !== SpanKind.CLIENT) return 'custom';
  const db = tag('db.system.name', 'db.system');
  if (db === '') return 'http';
  if (SQL.has(db)) return 'sql';
  return SAME.has(db) ? db : 'db';
}
