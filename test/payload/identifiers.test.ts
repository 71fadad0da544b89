import { describe, expect, it } from 'vitest';
import { parseHex32, parseSpanId, parseTraceId } from '../../src/payload/identifiers.js';

describe('parseHex32', () => {
  it('reads eight digits as an unsigned number', () => {
    expect(parseHex32('xxffffffff', 2)).toBe(0xffff_ffff);
    expect(parseHex32('0123abcd', 0)).toBe(0x0123_abcd);
  });

  it.each(['0123ABCD', '0123abcg', '0123abc', 'é123abcd'])('refuses %s', (text) => {
    expect(parseHex32(text, 0)).toBe(-1);
  });
});

describe('H13: parseSpanId', () => {
  it('splits an id into unsigned halves', () => {
    expect(parseSpanId('fedcba9876543210')).toEqual({ high: 0xfedc_ba98, low: 0x7654_3210 });
  });

  it.each([
    ['zero', '0000000000000000'],
    ['short', '123'],
    ['long', '00000000000000001'],
    ['upper case', 'FEDCBA9876543210'],
    ['not hexadecimal', 'fedcba987654321g'],
    ['missing', undefined],
    ['no string', 7],
  ])('refuses an id that is %s', (_name, id) => {
    expect(parseSpanId(id)).toBeUndefined();
  });
});

describe('H13: parseTraceId', () => {
  it('is known by its low half, as a pair of numbers', () => {
    expect(parseTraceId('72df520af2bde7a5240031ead750e5f3')).toEqual({
      high: 0x2400_31ea,
      low: 0xd750_e5f3,
    });
  });

  it.each([
    ['all zero', '0'.repeat(32)],
    ['zero in the half that the Agent looks at', '72df520af2bde7a50000000000000000'],
    ['too short', '240031ead750e5f3'],
    ['malformed in the high half', 'X2df520af2bde7a5240031ead750e5f3'],
  ])('refuses an id that is %s', (_name, id) => {
    expect(parseTraceId(id)).toBeUndefined();
  });
});
