import { describe, expect, it } from 'vitest';
import type { ReadableSpan } from '../../src/index.js';
import { roundTrip } from '../support/encoding.js';
import { makeSpan } from '../support/spans.js';

function without(...fields: readonly (keyof ReadableSpan)[]): ReadableSpan {
  const span = makeSpan();
  for (const field of fields) Reflect.deleteProperty(span, field);
  return span;
}

describe('H17, H23: a span', () => {
  it.each(['status', 'events', 'links', 'resource', 'instrumentationScope', 'attributes'] as const)(
    'without %s is sent with a default',
    (field) => {
      const span = roundTrip(without(field));

      expect(span.resource).toBe('span_name');
      expect(span.error).toBe(0);
    },
  );

  it('without a resource has the service that the Agent gives it', () => {
    expect(roundTrip(without('resource')).service).toBe('otlpresourcenoservicename');
  });

  it.each([
    ['kind', 99, 'unspecified'],
    ['kind', 'constructor', 'unspecified'],
    ['kind', '__proto__', 'unspecified'],
    ['kind', undefined, 'unspecified'],
  ])('with the %s %s is of an unspecified kind', (field, value, expected) => {
    const span = roundTrip(Object.assign(makeSpan(), { [field]: value }));

    expect(span.meta['span.kind']).toBe(expected);
    expect(span.name).toBe('Internal');
  });

  it.each([99, 'length', 'map'])('whose status code %s is unknown did not fail', (code) => {
    const span = roundTrip(Object.assign(makeSpan(), { status: { code } }));

    expect([span.error, span.meta['otel.status_code']]).toEqual([0, 'Unset']);
  });

  it('whose name is no text is named by its operation', () => {
    expect(roundTrip(Object.assign(makeSpan(), { name: undefined })).resource).toBe('Internal');
  });
});
