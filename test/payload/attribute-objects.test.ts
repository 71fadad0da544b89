import type { Attributes } from '@opentelemetry/api';
import { describe, expect, it } from 'vitest';
import { roundTrip } from '../support/encoding.js';
import { makeSpan } from '../support/spans.js';

describe('attributes', () => {
  it('of a polluted Object.prototype are not those of a span', () => {
    Object.assign(Object.prototype, { polluted: 'yes' });
    try {
      const { meta } = roundTrip(makeSpan({ attributes: { own: 'x' } }));

      expect(Object.keys(meta)).not.toContain('polluted');
      expect(meta['own']).toBe('x');
    } finally {
      Reflect.deleteProperty(Object.prototype, 'polluted');
    }
  });

  it('that are inherited are not those of a span', () => {
    const attributes: Attributes = { own: 'x' };
    Object.setPrototypeOf(attributes, { inherited: 'yes' });

    const { meta } = roundTrip(makeSpan({ attributes }));

    expect(Object.keys(meta)).not.toContain('inherited');
    expect(meta['own']).toBe('x');
  });

  it('may be called __proto__', () => {
    const attributes: Attributes = { own: 'x' };
    Object.defineProperty(attributes, '__proto__', { value: 'mine', enumerable: true });

    const { meta } = roundTrip(makeSpan({ attributes }));

    expect(Object.entries(meta)).toContainEqual(['__proto__', 'mine']);
    expect(meta['own']).toBe('x');
  });
});
