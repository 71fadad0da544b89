// Owns the spans that property tests are run with: attributes that some rule reads, with values of
// every kind, beside arbitrary ones.

import type { Attributes } from '@opentelemetry/api';
import fc from 'fast-check';
import type { ReadableSpan } from '../../src/index.js';
import { at, makeSpan } from '../support/spans.js';

const RULED_KEYS = [
  'service.name',
  'operation.name',
  'resource.name',
  'span.type',
  'http.request.method',
  'http.method',
  'http.route',
  'url.template',
  'http.status_code',
  'http.response.status_code',
  'http.request.header.accept',
  'http.request.headers.accept',
  'db.system.name',
  'db.system',
  'db.statement',
  'db.query.text',
  'db.namespace',
  'db.name',
  'messaging.system',
  'messaging.operation',
  'messaging.destination',
  'messaging.destination.name',
  'rpc.system',
  'rpc.service',
  'rpc.method',
  'graphql.operation.type',
  'graphql.operation.name',
  'faas.invoked_provider',
  'faas.invoked_name',
  'faas.trigger',
  'network.protocol.name',
  'network.protocol.version',
  'deployment.environment.name',
  'deployment.environment',
  'service.version',
  'env',
  'version',
  'peer.service',
  'server.address',
  'http.server_name',
  'error.type',
  'error.msg',
  'span.kind',
];
const REAL_VALUES = [
  'GET',
  '_OTHER',
  '/users/:id',
  'postgresql',
  'redis',
  'MySQL',
  'aws-api',
  'grpc',
  'S3',
  'AWS SQS',
  'publish',
  'Bad$Service',
  '  ENV ',
  '200',
  '799',
  '%$^',
  '',
];

const text = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom(...REAL_VALUES) },
  { weight: 2, arbitrary: fc.string({ unit: 'grapheme', maxLength: 40 }) },
  { weight: 1, arbitrary: fc.string({ unit: 'grapheme', minLength: 20, maxLength: 300 }) },
);
const value = fc.oneof(
  { weight: 6, arbitrary: text },
  { weight: 3, arbitrary: fc.oneof(fc.integer(), fc.integer({ min: 100, max: 599 }), fc.double()) },
  { weight: 1, arbitrary: fc.boolean() },
  { weight: 1, arbitrary: fc.array(fc.string({ maxLength: 5 }), { maxLength: 3 }) },
);
const key = fc.oneof(
  { weight: 5, arbitrary: fc.constantFrom(...RULED_KEYS) },
  { weight: 1, arbitrary: fc.string({ unit: 'grapheme-ascii', minLength: 1, maxLength: 60 }) },
);
const attributes: fc.Arbitrary<Attributes> = fc
  .array(fc.tuple(key, value), { maxLength: 25 })
  .map((entries) => {
    const made: Attributes = {};
    for (const [name, content] of entries) made[name] = content;
    return made;
  });

const hexDigits = (length: number): fc.Arbitrary<string> =>
  fc
    .array(fc.nat(15), { minLength: length, maxLength: length })
    .map((digits) => digits.map((digit) => digit.toString(16)).join(''))
    .filter((id) => !/^0{16}|0{16}$/.test(id));
const time = fc
  .tuple(fc.integer({ min: 946_684_800, max: 4_000_000_000 }), fc.nat(999_999_999))
  .map(([seconds, nanos]) => at(seconds, nanos));
const exception = fc.record({
  'exception.type': text,
  'exception.message': text,
  'exception.stacktrace': text,
});
const event = fc.record({
  name: fc.constantFrom('exception', 'log', ''),
  time,
  attributes: fc.oneof(exception, fc.constant({})),
});
const status = fc.record({
  code: fc.constantFrom(0, 1, 2),
  message: fc.oneof(fc.constant(''), text),
});

/** A span, its parent possibly missing, its end possibly before its start. */
export const generatedSpan: fc.Arbitrary<ReadableSpan> = fc
  .record({
    traceId: hexDigits(32),
    spanId: hexDigits(16),
    parent: fc.option(hexDigits(16), { nil: undefined }),
    name: fc.oneof(text, fc.constant('span')),
    kind: fc.constantFrom(0, 1, 2, 3, 4),
    startTime: time,
    endTime: time,
    status,
    attributes,
    events: fc.array(event, { maxLength: 2 }),
    resource: attributes.map((of) => ({ attributes: of })),
    scope: fc.record({ name: text, version: fc.oneof(text, fc.constant('')) }),
  })
  .map(({ parent, scope, ...fields }) => {
    const parentOnly = parent === undefined ? {} : { parentSpanIdHex: parent };
    return makeSpan({ ...fields, ...parentOnly, instrumentationScope: scope });
  });
