import type { Attributes } from '@opentelemetry/api';
import { describe, expect, it } from 'vitest';
import type { Resource } from '../../src/index.js';
import type { ServiceSettings } from '../../src/payload/resource-tags.js';
import { V04Encoder } from '../../src/payload/v04-encoder.js';
import {
  decodeStrictly,
  encode,
  encodeWith,
  FOUR_MIB,
  NO_SETTINGS,
  roundTrip,
} from '../support/encoding.js';
import { makeSpan, makeSpans } from '../support/spans.js';

interface Given {
  readonly span?: Attributes;
  readonly resource?: Attributes;
  readonly code?: Partial<ServiceSettings>;
  readonly environment?: Partial<ServiceSettings['environment']>;
}

function received({
  span = {},
  resource = {},
  code = {},
  environment = {},
}: Given): ReturnType<typeof roundTrip> {
  const settings = { ...code, environment: { ...NO_SETTINGS.environment, ...environment } };
  return roundTrip(makeSpan({ attributes: span, resource: { attributes: resource } }), settings);
}

describe('service', () => {
  const fromOtel = { resourceAttributes: new Map([['service.name', 'otel']]) };

  it.each<[string, Given, string]>([
    [
      'the span',
      {
        span: { 'service.name': 'span' },
        code: { service: 'code' },
        resource: { 'service.name': 'r' },
      },
      'span',
    ],
    ['the option', { code: { service: 'code' }, resource: { 'service.name': 'resource' } }, 'code'],
    [
      'the resource set in code',
      { resource: { 'service.name': 'resource' }, environment: { service: 'dd' } },
      'resource',
    ],
    [
      'DD_SERVICE over a resource that OTEL_SERVICE_NAME set',
      { resource: { 'service.name': 'otel' }, environment: { service: 'dd', ...fromOtel } },
      'dd',
    ],
    ['OTEL_SERVICE_NAME', { resource: { 'service.name': 'otel' }, environment: fromOtel }, 'otel'],
    [
      "the SDK's own default",
      { resource: { 'service.name': 'unknown_service:node' } },
      'unknown_service:node',
    ],
    ["the Agent's name for none", {}, 'otlpresourcenoservicename'],
    ['its normal form', { code: { service: 'Bad$Service' } }, 'bad_service'],
  ])('comes from %s', (_name, given, expected) => {
    expect(received(given).service).toBe(expected);
  });

  it.each([
    ['of OTEL_RESOURCE_ATTRIBUTES with quotes that SDK 2.12 keeps', '"otel"', 'otel'],
    ['of OTEL_RESOURCE_ATTRIBUTES with encoded quotes', '"otel"', '"otel"'],
    ['of OTEL_RESOURCE_ATTRIBUTES with encoded blanks', ' otel ', ' otel '],
    ['of OTEL_SERVICE_NAME with a blank that the SDK keeps', 'otel ', 'otel'],
    ['of the SDK, which made it up', 'unknown_service:node', 'other'],
    ['of another SDK, which made it up', 'unknown_service', 'other'],
  ])('comes from DD_SERVICE rather than a resource %s', (_of, name, variable) => {
    const resourceAttributes = new Map([['service.name', variable]]);
    const given = { resource: { 'service.name': name } };

    const { service } = received({ ...given, environment: { service: 'dd', resourceAttributes } });

    expect(service).toBe('dd');
  });
});

describe('env and version', () => {
  it.each<[string, Given, string | undefined, string | undefined]>([
    [
      'the option',
      { code: { env: 'Code', version: '1' }, resource: { 'deployment.environment': 'r' } },
      'code',
      '1',
    ],
    [
      'the newer resource key',
      {
        resource: {
          'deployment.environment.name': 'prod-127',
          'deployment.environment': 'prod-117',
        },
      },
      'prod-127',
      undefined,
    ],
    [
      'the span, even if they are empty there',
      { span: { env: '', version: '' }, code: { env: 'code', version: '1' } },
      '',
      '',
    ],
    [
      'the plain resource attributes, if they are empty on the span',
      { span: { env: '', version: '' }, resource: { env: 'R', version: 'V 0' } },
      'r',
      'V 0',
    ],
    [
      'a resource, whatever services are called that nobody named',
      {
        resource: {
          'service.version': 'unknown_service:1',
          'deployment.environment': 'unknown_service',
        },
      },
      'unknown_service',
      'unknown_service:1',
    ],
    [
      'a newer key of the resource over an older one of the span',
      {
        span: { 'deployment.environment': 'span-117' },
        resource: { 'deployment.environment.name': 'res-127' },
      },
      'res-127',
      undefined,
    ],
    [
      'the span',
      { span: { 'deployment.environment': '  ENV ', 'service.version': 'v3' } },
      '_env',
      'v3',
    ],
    [
      'plain attributes of the span, as the Agent keeps them',
      { span: { env: 'X Y', version: 'V 1' }, code: { env: 'code', version: '1' } },
      'x_y',
      'V 1',
    ],
    [
      'a tag value, with its rules',
      { code: { version: ' 1 ' }, resource: { 'service.version': '2' } },
      undefined,
      '_1',
    ],
    [
      'the environment',
      { environment: { env: 'staging', version: '2' }, resource: { env: 'r', version: '0' } },
      'staging',
      '2',
    ],
    ['plain resource attributes last', { resource: { env: 'R', version: 'V 0' } }, 'r', 'V 0'],
    ['nowhere', {}, undefined, undefined],
  ])('come from %s', (_name, given, env, version) => {
    const { meta } = received(given);

    expect([meta['env'], meta['version']]).toEqual([env, version]);
  });
});

describe('tags', () => {
  it('of the resource are text, also numbers', () => {
    const { meta, metrics } = received({ resource: { 'process.pid': 7, 'host.name': 'h' } });

    expect(meta).toMatchObject({ 'process.pid': '7', 'host.name': 'h' });
    expect(metrics).not.toHaveProperty('process.pid');
  });

  it('are those of the span before option, resource and DD_TAGS', () => {
    const { meta } = received({
      span: { a: 'span' },
      code: { tags: { a: 'code', b: 'code' } },
      resource: { a: 'resource', b: 'resource', c: 'resource' },
      environment: { tags: { a: 'dd', b: 'dd', c: 'dd', d: 'dd' } },
    });

    expect(meta).toMatchObject({ a: 'span', b: 'code', c: 'resource', d: 'dd' });
  });

  it('that count for all spans of the resource become metrics', () => {
    const resource = { 'analytics.event': 'true', '_dd.measured': 1 };

    const { meta, metrics } = received({ resource });

    expect(metrics).toMatchObject({ '_dd1.sr.eausr': 1, '_dd.measured': 1 });
    expect(meta).not.toHaveProperty('analytics.event');
    expect(received({ resource, span: { 'analytics.event': false } }).metrics).toMatchObject({
      '_dd1.sr.eausr': 0,
    });
  });

  it.each(['1', 'true', true, 2, 0])('are no metric that measures with %j', (value) => {
    const { metrics } = received({ resource: { '_dd.measured': value } });

    expect(metrics).not.toHaveProperty(['_dd.measured']);
  });

  it.each<[Given, string | undefined]>([
    [{ span: { 'db.namespace': 'testdb' } }, 'testdb'],
    [{ resource: { 'db.namespace': 'testdb' } }, 'testdb'],
    [{ span: { 'db.namespace': 'namespace', 'db.name': 'own' } }, 'own'],
    [{ span: { 'db.namespace': 'namespace' }, resource: { 'db.name': 'resource' } }, 'resource'],
    [{ span: { 'db.namespace': 'namespace', 'db.name': '' } }, ''],
    [{ span: { 'db.namespace': 'namespace' }, code: { tags: { 'db.name': 'code' } } }, 'code'],
    [{ resource: { 'db.namespace': 'r' }, environment: { tags: { 'db.name': 'dd' } } }, 'dd'],
  ])('with %j say that the database is %s', (given, expected) => {
    expect(received(given).meta['db.name']).toBe(expected);
  });

  it('of the resource say how a gRPC call ended, before the newer name on the span', () => {
    const span = { 'rpc.system': 'grpc', 'rpc.response.status_code': '5' };
    const { meta } = received({ span, resource: { 'rpc.grpc.status_code': '14' } });

    expect(meta['rpc.grpc.status_code']).toBe('14');
  });

  it('say which process sent them', () => {
    const { meta, metrics } = received({ resource: { language: 'own' } });

    expect(meta).toMatchObject({ language: 'own', 'runtime-id': NO_SETTINGS.runtimeId });
    expect(metrics['process_id']).toBe(NO_SETTINGS.processId);
    expect(received({}).meta['language']).toBe('javascript');
  });

  it('say which processes started it, if it was told', () => {
    const lineage = { parentRuntimeId: 'parent', rootRuntimeId: 'root' };

    const { meta } = received({ resource: { 'root-runtime-id': 'own' }, code: { lineage } });

    expect(meta).toMatchObject({ 'parent-runtime-id': 'parent', 'root-runtime-id': 'own' });
    expect(Object.keys(received({}).meta).filter((key) => key.endsWith('runtime-id'))).toEqual([
      'runtime-id',
    ]);
  });

  it('of the resource fill in for empty ones of the span', () => {
    const { meta } = received({
      span: { both: '', none: '' },
      resource: { both: 'resource', other: '' },
    });

    expect(meta).toMatchObject({ both: 'resource', none: '', other: '' });
  });

  it('of different resources do not mix in one batch', () => {
    const spans = ['one', 'two', 'one'].map((name) =>
      makeSpan({ resource: { attributes: { 'service.name': name, from: name } } }),
    );

    const [chunk] = encode(spans).payloads.flatMap(({ body }) => decodeStrictly(body));

    expect(chunk?.map(({ service, meta }) => [service, meta['from']])).toEqual([
      ['one', 'one'],
      ['two', 'two'],
      ['one', 'one'],
    ]);
  });
});

it('an incomplete resource is read once in a batch', () => {
  let reads = 0;
  const resource: Resource = {
    get attributes() {
      reads++;
      return { 'service.name': `shop-${reads}` };
    },
    asyncAttributesPending: true,
  };
  const encoder = new V04Encoder(NO_SETTINGS, FOUR_MIB);
  const services = (): readonly string[] => {
    const { payloads } = encodeWith(encoder, makeSpans(3, { resource }));
    return payloads.flatMap(({ body }) =>
      decodeStrictly(body)
        .flat()
        .map(({ service }) => service),
    );
  };

  expect(services()).toEqual(['shop-1', 'shop-1', 'shop-1']);
  expect(services()).toEqual(['shop-2', 'shop-2', 'shop-2']);
  expect(Reflect.set(resource, 'asyncAttributesPending', false)).toBe(true);
  expect(services()).toEqual(['shop-3', 'shop-3', 'shop-3']);
  expect(services()).toEqual(['shop-3', 'shop-3', 'shop-3']);
});
