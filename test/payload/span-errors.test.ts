import { type Attributes, SpanStatusCode } from '@opentelemetry/api';
import { describe, expect, it } from 'vitest';
import { at, makeSpan, recordSpans } from '../support/spans.js';
import { roundTrip } from '../support/encoding.js';

describe('errors', () => {
  it('carry the exception of a failed span', () => {
    const [span] = recordSpans((tracer) => {
      const failed = tracer.startSpan('work');
      failed.recordException(new TypeError('first'));
      failed.recordException(new RangeError('last'));
      failed.setStatus({ code: SpanStatusCode.ERROR, message: 'it failed' });
      failed.end();
    });

    const received = roundTrip(span ?? makeSpan());

    expect(received.error).toBe(1);
    expect(received.meta).toMatchObject({
      'otel.status_code': 'Error',
      'otel.status_description': 'it failed',
      'error.msg': 'it failed',
      'error.message': 'last',
      'error.type': 'RangeError',
      '_dd.span_events.has_exception': 'true',
    });
    expect(received.meta['error.stack']).toContain('RangeError: last');
  });

  it('leave the exception alone if the user wants so', () => {
    const status = { code: SpanStatusCode.ERROR, message: 'it failed' };
    const events = [
      {
        time: at(1, 0),
        name: 'exception',
        attributes: { 'exception.type': 'E' },
      },
    ];

    const { meta } = roundTrip(makeSpan({ status, events }), { exceptionTags: false });

    expect(meta).toMatchObject({ 'error.msg': 'it failed', 'error.message': 'it failed' });
    expect(meta).not.toHaveProperty('error.type');
  });

  it('keep error attributes of the span itself', () => {
    const status = { code: SpanStatusCode.ERROR, message: 'it failed' };

    const { meta } = roundTrip(makeSpan({ status, attributes: { 'error.type': '500' } }));

    expect(meta['error.type']).toBe('500');
  });

  it('are not made of an exception in a span that did not fail', () => {
    const events = [{ time: at(1, 0), name: 'exception' }];

    const span = roundTrip(makeSpan({ events, status: { code: SpanStatusCode.OK } }));

    expect(span.error).toBe(0);
    expect(span.meta).not.toHaveProperty('error.msg');
    expect(span.meta['otel.status_code']).toBe('Ok');
  });

  it.each<[Attributes, string | undefined]>([
    [{ 'http.response.status_code': '404' }, '404 Not Found'],
    [{ 'http.status_code': '200', 'http.response.status_code': '500' }, '200 OK'],
    [{ 'http.response.status_code': '799' }, '799'],
    [{ 'http.response.status_code': 500 }, undefined],
    [{ 'http.response.status_code': NaN }, undefined],
    [{ 'http.response.status_code': '404', 'error.msg': 'own' }, 'own'],
  ])('without a message take that of the HTTP status in %j', (attributes, expected) => {
    const span = makeSpan({ attributes, status: { code: SpanStatusCode.ERROR } });

    expect(roundTrip(span).meta['error.msg']).toBe(expected);
  });
});
