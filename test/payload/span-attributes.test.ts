import { type Attributes, SpanKind } from '@opentelemetry/api';
import { describe, expect, it } from 'vitest';
import { makeSpan, TRACE_ID } from '../support/spans.js';
import { roundTrip } from '../support/encoding.js';

describe('attributes', () => {
  it('become metrics if they are numbers and meta otherwise', () => {
    const span = roundTrip(
      makeSpan({
        attributes: {
          approx: 1.2,
          count: 2,
          big: 2 ** 40,
          name: 'john',
          flag: true,
          list: ['a', 'b'],
        },
      }),
    );

    expect(span.metrics).toMatchObject({ approx: 1.2, count: 2, big: 2 ** 40 });
    expect(span.meta).toMatchObject({ name: 'john', flag: 'true', list: '["a","b"]' });
  });

  it.each([
    [NaN, 'NaN'],
    [Infinity, 'Infinity'],
    [-Infinity, '-Infinity'],
  ])('send %d as text, because a metric is finite', (value, text) => {
    const span = roundTrip(makeSpan({ attributes: { value } }));

    expect(span.metrics).not.toHaveProperty('value');
    expect(span.meta['value']).toBe(text);
  });

  it('of SDK 3 may be nested, mixed, bytes or null', () => {
    const attributes: Record<string, never> = {};
    Object.assign(attributes, {
      nested: { a: [1, 'x', { b: true }] },
      bytes: Uint8Array.of(1, 2, 3),
      within: [{ bytes: Uint8Array.of(1, 2, 3), buffer: Buffer.of(1, 2, 3) }],
      nothing: null,
      big: 2n ** 70n,
    });

    expect(roundTrip(makeSpan({ attributes })).meta).toMatchObject({
      nested: '{"a":[1,"x",{"b":true}]}',
      bytes: 'AQID',
      within: '[{"buffer":"AQID","bytes":"AQID"}]',
      nothing: '',
      big: '1180591620717411303424',
    });
  });

  it('take Datadog names where the Agent has them', () => {
    const span = roundTrip(
      makeSpan({
        attributes: {
          'client.address': '10.0.0.1',
          'http.request.method': 'GET',
          'http.request.header.referrer': 'r',
          'http.request.header.example': 'e',
          'http.response.header.etag': 't',
          'network.protocol.version': '1.1',
          'server.address': 'api.example.com',
          'url.full': 'https://api.example.com/',
          'user_agent.original': 'curl',
          'http.request.body.size': 12,
        },
      }),
    );

    expect(span.meta).toMatchObject({
      'http.client_ip': '10.0.0.1',
      'http.method': 'GET',
      'http.referrer': 'r',
      'http.request.headers.example': 'e',
      'http.response.header.etag': 't',
      'http.version': '1.1',
      'http.server_name': 'api.example.com',
      'http.url': 'https://api.example.com/',
      'http.useragent': 'curl',
    });
    expect(span.metrics).toMatchObject({ 'http.request.content_length': 12 });
    expect(span.meta).not.toHaveProperty('server.address');
  });

  it('keep the first of two that become the same tag', () => {
    const span = roundTrip(
      makeSpan({ attributes: { 'http.method': 'GET', 'http.request.method': 'POST' } }),
    );

    expect(span.meta['http.method']).toBe('GET');
  });

  it.each([
    [{ 'http.response.status_code': 404 }, 404],
    [{ 'http.response.status_code': 500, 'http.status_code': 200 }, 200],
    [{ 'http.response.status_code': '201' }, 201],
    [{ 'http.response.status_code': '2e2' }, 200],
    [{ 'http.response.status_code': '2.02E+2' }, 202],
  ])('%j sets the status code %d', (attributes, expected) => {
    expect(roundTrip(makeSpan({ attributes })).metrics['http.status_code']).toBe(expected);
  });

  it.each<[Attributes, Attributes, number | undefined]>([
    [{ 'http.status_code': 404 }, { 'http.status_code': 500 }, 404],
    [{ 'http.status_code': '404' }, { 'http.status_code': 500 }, 500],
    [{ 'http.status_code': '404' }, { 'http.status_code': '500' }, 404],
    [{ 'http.status_code': 'x' }, { 'http.status_code': '500' }, undefined],
  ])('%j of a span, and %j of its resource, set the status code %s', (own, lasting, expected) => {
    const span = roundTrip(makeSpan({ attributes: own, resource: { attributes: lasting } }));

    expect(span.metrics['http.status_code']).toBe(expected);
  });

  it('that only name things are no tags', () => {
    const span = roundTrip(
      makeSpan({
        attributes: { 'service.name': 'Own Service', 'resource.name': 'r', 'span.type': 't' },
      }),
    );

    expect(span.service).toBe('own_service');
    expect(span.meta).not.toHaveProperty('service.name');
    expect(span.meta).not.toHaveProperty('resource.name');
  });

  it('cannot overwrite what the exporter says about the span', () => {
    const span = roundTrip(
      makeSpan({
        kind: SpanKind.SERVER,
        attributes: { 'span.kind': 'client', 'otel.trace_id': 'x', 'otel.status_code': 'x' },
      }),
    );

    expect(span.meta).toMatchObject({
      'span.kind': 'server',
      'otel.trace_id': TRACE_ID,
      'otel.status_code': 'Unset',
    });
  });

  it('with lone surrogates in key or value become valid UTF-8', () => {
    const span = roundTrip(
      makeSpan({ attributes: { 'key\ud800': 'value\udfff', '\udc00k': 'x' } }),
    );

    expect(span.meta).toMatchObject({ 'key\ufffd': 'value\ufffd', '\ufffdk': 'x' });
  });

  it('with lone surrogates in a list have them as JSON escapes', () => {
    const { meta } = roundTrip(makeSpan({ attributes: { list: ['\ud800', 'b'] } }));

    expect(meta).toMatchObject({ list: String.raw`["\ud800","b"]` });
  });

  it('named __proto__ are attributes like any other', () => {
    const attributes = Object.fromEntries([['__proto__', 'polluted']]);

    const { meta } = roundTrip(makeSpan({ attributes }));

    expect(Object.getOwnPropertyDescriptor(meta, '__proto__')?.value).toBe('polluted');
  });

  it('longer than the Agent takes are cut and the rest is kept', () => {
    const span = roundTrip(makeSpan({ attributes: { long: 'é'.repeat(25_000), after: 'x' } }));

    const bytes = Buffer.byteLength(span.meta['long'] ?? '');
    expect(bytes).toBeGreaterThan(24_900);
    expect(bytes).toBeLessThanOrEqual(25_000);
    expect(span.meta['after']).toBe('x');
  });

  it('stay apart when a span has more keys than are remembered', () => {
    const attributes: Attributes = {};
    for (let index = 0; index < 6_000; index++) attributes[`key.${index}`] = `${index}`;
    const resource = { attributes: { 'service.name': 'shop', 'key.5999': 'resource' } };

    const { meta } = roundTrip(makeSpan({ attributes, resource }));

    expect(meta).toMatchObject({ 'key.0': '0', 'key.5000': '5000', 'key.5999': '5999' });
  });

  it.each([
    ['peer.service', 'Bad$Service', 'bad_service'],
    ['peer.service', '%$^', ''],
    ['_dd.base_service', 'Base', 'base'],
    ['http.status_code', '404', '404'],
  ])('named %s with the value %j arrive as the Agent would repair them', (key, value, expected) => {
    expect(roundTrip(makeSpan({ attributes: { [key]: value } })).meta[key]).toBe(expected);
  });

  it.each(['799', 'abc', '-1', '+404', '40'])('with the HTTP status %j are no tag', (status) => {
    const { meta } = roundTrip(makeSpan({ attributes: { 'http.response.status_code': status } }));

    expect(meta).not.toHaveProperty('http.status_code');
  });

  it('an HTTP status of very many digits that is no number is looked at once', () => {
    const attributes = { 'http.status_code': `${'1'.repeat(200_000)}x` };

    expect(roundTrip(makeSpan({ attributes })).metrics).not.toHaveProperty('http.status_code');
  });

  it.each([
    [true, 1],
    ['false', 0],
    ['T', 1],
    ['maybe', undefined],
  ])('analytics.event %j sets the analytics rate to %s', (value, rate) => {
    const span = roundTrip(makeSpan({ attributes: { 'analytics.event': value } }));

    expect(span.metrics['_dd1.sr.eausr']).toBe(rate);
    expect(span.meta).not.toHaveProperty('analytics.event');
  });

  it('analytics.event as a number is a metric like any other', () => {
    const { metrics } = roundTrip(makeSpan({ attributes: { 'analytics.event': 0.5 } }));

    expect(metrics['analytics.event']).toBe(0.5);
  });

  it.each<[Attributes, string | undefined]>([
    [{ 'rpc.grpc.status_code': 2 }, '2'],
    [{ 'grpc.code': 'NOT_FOUND' }, 'NOT_FOUND'],
    [{ 'rpc.grpc.status.code': 5 }, '5'],
    [{ 'grpc.status.code': '5' }, '5'],
    [{ 'grpc.status.code': '1', 'rpc.grpc.status.code': '2' }, '2'],
    [{ 'rpc.grpc.status.code': '2', 'grpc.code': '3' }, '3'],
    [{ 'rpc.response.status_code': 'NOT_FOUND', 'rpc.system.name': 'grpc' }, 'NOT_FOUND'],
    [{ 'rpc.response.status_code': '5', 'rpc.system': 'grpc' }, '5'],
    [{ 'rpc.response.status_code': '5', 'rpc.system': 'grpc', 'rpc.system.name': 'x' }, undefined],
    [{ 'rpc.response.status_code': '5' }, undefined],
  ])('%j say that the gRPC status is %s', (attributes, expected) => {
    expect(roundTrip(makeSpan({ attributes })).meta['rpc.grpc.status_code']).toBe(expected);
  });

  it.each([
    ['arrays', Array.from({ length: 9_000 }, () => 'é')],
    ['objects', Object.fromEntries(Array.from({ length: 9_000 }, (_, n) => [`key.${n}`, n]))],
  ])('that are large %s stay valid JSON', (_name, large) => {
    const attributes: Attributes = {};
    Object.assign(attributes, { large });

    const text = roundTrip(makeSpan({ attributes })).meta['large'] ?? '';

    const parsed: unknown = JSON.parse(text);
    expect(Object.keys(parsed ?? {}).length).toBeGreaterThan(1_000);
    expect(Buffer.byteLength(text)).toBeLessThanOrEqual(25_000);
    expect(Buffer.byteLength(text)).toBeGreaterThan(24_900);
  });

  it('that throw when they are read cost themselves only', () => {
    const attributes: Attributes = Object.defineProperty({ before: 'b' }, 'hostile', {
      enumerable: true,
      get: () => {
        throw new Error('hostile');
      },
    });

    const { meta } = roundTrip(makeSpan({ attributes }));

    expect(meta['before']).toBe('b');
    expect(meta).not.toHaveProperty('hostile');
  });

  it.each([0, -1, 99, 600, 200.5])('with the HTTP status %d say nothing about it', (status) => {
    const span = roundTrip(makeSpan({ attributes: { 'http.response.status_code': status } }));

    expect(span.metrics).not.toHaveProperty('http.status_code');
  });

  it('without a key are no tag', () => {
    const { meta } = roundTrip(makeSpan({ attributes: { '': 'x' } }));

    expect(Object.keys(meta)).not.toContain('');
  });

  it('that are objects have their members sorted, as the Agent sorts them', () => {
    const attributes: Attributes = {};
    Object.assign(attributes, { nested: { b: 1, a: { d: 1, c: 2 } } });

    expect(roundTrip(makeSpan({ attributes })).meta['nested']).toBe('{"a":{"c":2,"d":1},"b":1}');
  });
});
