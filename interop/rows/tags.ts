// Owns the inputs for meta and metrics.

import { SpanKind } from '@opentelemetry/api';
import type { TraceRecipe, Values } from '../recipe.js';

function span(label: string, attributes: Values, ofResource: Values = {}): TraceRecipe {
  return {
    label: `tags: ${label}`,
    resource: { 'service.name': 'shop', ...ofResource },
    root: { kind: SpanKind.SERVER, attributes },
  };
}

function resource(label: string, values: Values): TraceRecipe {
  return span(`${label} on resource`, {}, values);
}

const RENAMED: Values = {
  'client.address': '10.0.0.1',
  'http.response.body.size': 10,
  'http.request.body.size': 20,
  'http.request.method': 'GET',
  'http.route': '/r',
  'http.request.header.referrer': 'ref',
  'http.request.header.x-example': ['a', 'b'],
  'http.response.header.etag': 'tag',
  'network.protocol.version': '1.1',
  'server.address': 'api.example.com',
  'server.port': 443,
  'url.full': 'https://api.example.com/users?id=1',
  'user_agent.original': 'Mozilla/5.0',
};

const VALUES: Values = {
  text: 'john',
  empty: '',
  yes: true,
  no: false,
  integer: 2,
  negative: -7,
  float: 1.2,
  tiny: 1e-7,
  huge: 1e21,
  big: 2 ** 53,
  zero: 0,
  nan: NaN,
  infinity: Infinity,
  minus: -Infinity,
  texts: ['a', '<b>&"c"'],
  numbers: [1, 2.5, 1e21],
  booleans: [true, false],
  none: [],
  holes: ['a', null],
  null: null,
  nested: { b: 1, a: ['x', { c: true, z: null }], f: 1.5 },
  mixed: [1, 'a', true, null, { k: 'v' }],
  bytes: Uint8Array.of(1, 2, 255),
  unicode: 'grüße 繋 🐨',
  control: 'a\u0000b\u001f\u2028',
};

const statusCodes: readonly (readonly [string, Values, Values?])[] = [
  ['text', { 'http.response.status_code': '200' }],
  ['number', { 'http.response.status_code': 500 }],
  ['both numbers', { 'http.status_code': 200, 'http.response.status_code': 500 }],
  ['both, new first', { 'http.response.status_code': 500, 'http.status_code': 200 }],
  ['both texts', { 'http.status_code': '200', 'http.response.status_code': '500' }],
  ['text and number', { 'http.status_code': '201', 'http.response.status_code': 500 }],
  ['number and text', { 'http.status_code': 201, 'http.response.status_code': '500' }],
  ['resource number', {}, { 'http.response.status_code': 404 }],
  ['resource text', {}, { 'http.response.status_code': '404' }],
  ['span new, resource old', { 'http.response.status_code': 201 }, { 'http.status_code': 500 }],
  ['float', { 'http.response.status_code': 200.5 }],
  ['float text', { 'http.response.status_code': '200.0' }],
  ['not a number', { 'http.response.status_code': 'OK' }],
  ['out of range text', { 'http.response.status_code': '799' }],
  ['out of range number', { 'http.response.status_code': 799 }],
  ['negative', { 'http.response.status_code': -1 }],
  ['zero', { 'http.response.status_code': 0 }],
  ['list', { 'http.response.status_code': ['x'] }],
  ['list and text', { 'http.response.status_code': ['x'], 'http.status_code': '201' }],
  ['both texts, new first', { 'http.response.status_code': '503', 'http.status_code': '201' }],
];

const grpc: readonly Values[] = [
  { 'rpc.grpc.status_code': 5 },
  { 'rpc.grpc.status_code': 'NOT_FOUND' },
  { 'grpc.code': 'OK' },
  { 'rpc.grpc.status.code': 3 },
  { 'grpc.status.code': '7' },
  { 'rpc.response.status_code': 'NOT_FOUND', 'rpc.system.name': 'grpc' },
  { 'rpc.response.status_code': 'NOT_FOUND', 'rpc.system': 'grpc' },
  { 'rpc.response.status_code': 'NOT_FOUND', 'rpc.system.name': 'x', 'rpc.system': 'grpc' },
  { 'rpc.response.status_code': 'NOT_FOUND' },
  { 'rpc.grpc.status_code': ['x'], 'rpc.grpc.status.code': '7' },
  { 'rpc.grpc.status_code': true },
];

const special: readonly Values[] = [
  ...['1', 't', 'true', 'TRUE', 'false', 'F', 'maybe', true, false, 1, 0.5].map((value) => ({
    'analytics.event': value,
  })),
  ...['2', 'x'].map((value) => ({ 'sampling.priority': value })),
  ...['0.5', 0.5, 1].map((value) => ({ _sample_rate: value })),
  ...[1, '1', 0, 2, 1.0, true].map((value) => ({ '_dd.measured': value })),
  ...[1, '1'].map((value) => ({ '_dd.top_level': value })),
  { _top_level: 1 },
  { 'db.namespace': 'testdb' },
  { 'db.name': 'existing', 'db.namespace': 'namespace' },
  { 'db.name': '', 'db.namespace': 'namespace' },
  { 'peer.service': 'User Base' },
  { 'peer.service': '%$^' },
  { '_dd.base_service': 'Base Service' },
  { '_dd.origin': 'rum' },
  { '_dd.p.tid': '0000000000000001' },
  { '_dd.p.dm': '-3' },
  { component: 'net' },
  { '_dd.git.commit.sha': 'abc' },
  { 'http.method': 'PUT', 'http.request.method': 'GET' },
  { 'http.request.method': 'GET', 'http.method': 'PUT' },
  { 'http.url': 'https://u:p@old/', 'url.full': 'https://new/' },
  { 'http.useragent': 'mine', 'user_agent.original': 'theirs' },
  { 'http.client_ip': 1, 'client.address': 'a' },
  { ['k'.repeat(250)]: 'v' },
  { ['n'.repeat(250)]: 1 },
  { long: 'v'.repeat(26_000) },
  { long: 'é'.repeat(13_000) },
  { card: '4111 1111 1111 1111' },
  { card: 4_111_111_111_111_111 },
  { 'Key With Spaces': 'v', 'weird/Key': 1, '': 'empty key' },
  { a: 'text', 'otel.status_code': 'mine', 'otel.library.name': 'mine' },
  { span_links: 'x', events: 'mine', '_dd.span_links': 'mine' },
];

export const tagRows: readonly TraceRecipe[] = [
  span('values', VALUES),
  resource('values', VALUES),
  span('renamed keys', RENAMED),
  resource('renamed keys', RENAMED),
  ...Object.entries(RENAMED).map(([key, value]) => span(`${key} alone`, { [key]: value })),
  ...Object.entries(RENAMED).map(([key, value]) => resource(`${key} alone`, { [key]: value })),
  ...statusCodes.map(([label, own, onResource]) => span(`status ${label}`, own, onResource)),
  ...grpc.map((attributes) => span(JSON.stringify(attributes), attributes)),
  ...special.map((attributes) => span(JSON.stringify(attributes).slice(0, 90), attributes)),
  ...special.map((attributes) => resource(JSON.stringify(attributes).slice(0, 90), attributes)),
  span(
    'same key on both',
    { same: 'span', 'peer.service': 'a' },
    { same: 'res', 'peer.service': 'b' },
  ),
  span('number on span, text on resource', { same: 1 }, { same: 'res' }),
  span('card number on span, text on resource', { paid: 4_111_111_111_111 }, { paid: 'res' }),
  span('number as URL', { 'http.url': 1 }),
  span('number and text as URL', { 'url.full': 1, 'http.url': 'https://old/' }),
  resource('empty language', { language: '' }),
  span('empty on span', { same: '' }, { same: 'res' }),
  span('renamed on resource, plain on span', { 'http.url': 'a' }, { 'url.full': 'b' }),
  {
    label: 'tags: statement that is cut within a literal',
    root: {
      kind: SpanKind.CLIENT,
      attributes: {
        'db.system': 'postgresql',
        'db.statement': `INSERT INTO t VALUES ${'(1),'.repeat(6_000)} ('${'v'.repeat(2_000)}')`,
      },
    },
  },
  span('db.namespace on resource', {}, { 'db.namespace': 'testdb' }),
];
