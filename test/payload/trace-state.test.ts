import { describe, expect, it } from 'vitest';
import { parseDatadogState, parseSampleRate } from '../../src/payload/trace-state.js';

describe('parseDatadogState', () => {
  it('reads priority, origin and propagated tags', () => {
    const state = parseDatadogState('s:2;o:synthetics~x;p:00f067aa0ba902b7;t.dm:-4;t.usr.id:a~b~');

    expect(state.samplingPriority).toBe(2);
    expect(state.origin).toBe('synthetics=x');
    expect([...state.propagated]).toEqual([
      ['_dd.p.dm', '-4'],
      ['_dd.p.usr.id', 'a=b='],
    ]);
  });

  it.each(['', 's:', 's:x', 's:99', 'nonsense', ':1', 't.tid:0000000000000001', 'o:', 't.dm:'])(
    'leaves out what is malformed or known better in %j',
    (member) => {
      expect(parseDatadogState(member)).toEqual({
        samplingPriority: undefined,
        origin: undefined,
        propagated: new Map(),
      });
    },
  );

  it('reads a negative priority', () => {
    expect(parseDatadogState('s:-1').samplingPriority).toBe(-1);
  });
});

describe('parseSampleRate', () => {
  it.each([
    ['th:0', 1],
    ['th:8', 0.5],
    ['th:c', 0.25],
    ['rv:abcdef12345678;th:8', 0.5],
    ['p:0', 1],
    ['p:1;r:1', 0.5],
    ['p:4;r:4', 0.0625],
    ['p:62', 2 ** -62],
    ['p:1;p:2', 0.5],
    ['th:8;th:c', 0.25],
    ['th:8;x:A.b_c-', 0.5],
    ['th:ffffffffffffff', 2 ** -56],
  ])('%s is %d', (member, rate) => {
    expect(parseSampleRate(member)).toBe(rate);
  });

  it.each(['', 'p:63', 'p:-1', 'p:x', 'p:', 'p:x;p:1', 'th:', 'th:g', 'th:123456789012345', 'r:1'])(
    '%j is no rate',
    (member) => {
      expect(parseSampleRate(member)).toBeUndefined();
    },
  );

  it.each([
    'th:8;',
    ';th:8',
    'th:8;;p:1',
    'a;th:8',
    'a:b:c;th:8',
    'A:1;th:8',
    ' th:8',
    'th: 8',
    'th:8;x:é',
    'th:8;rv:1',
    'rv:zzzzzzzzzzzzzz;th:8',
    'th:g;p:1',
    'th:8;th:g',
    `th:8;x:${'x'.repeat(256)}`,
  ])('%j is malformed, and so is no rate either', (member) => {
    expect(parseSampleRate(member)).toBeUndefined();
  });
});
