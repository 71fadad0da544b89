import { afterEach, describe, expect, it } from 'vitest';
import { flushOnExit } from '../../src/index.js';

const target = { forceFlush: () => Promise.resolve() };
const undo: (() => void)[] = [];

afterEach(() => {
  for (const one of undo.splice(0)) one();
});

/** Calls as a JavaScript user would, whom no types hold back. */
function call(...args: readonly unknown[]): void {
  const dispose: unknown = Reflect.apply(flushOnExit, undefined, args);
  if (typeof dispose === 'function') undo.push(() => void Reflect.apply(dispose, undefined, []));
}

describe('the options of flushOnExit', () => {
  it.each([
    [
      [{}],
      TypeError,
      'Expected `target` to be a processor, an exporter or a provider with a method `forceFlush`',
    ],
    [[target, null], TypeError, 'Expected `options` to be an object, got `null` (null)'],
    [[target, { signals: 'SIGTERM' }], TypeError, 'Expected `signals` to be a list of SIGTERM, '],
    [
      [target, { signals: ['SIGKILL'] }],
      RangeError,
      'Expected `signals[0]` to be one of SIGTERM, ',
    ],
    [[target, { signals: [15] }], TypeError, 'got `15` (number)'],
    [
      [target, { timeoutMillis: -1 }],
      RangeError,
      'Expected `timeoutMillis` to be an integer in [0',
    ],
    [[target, { timeoutMillis: '1' }], TypeError, 'got `"1"` (string)'],
    [
      [target, { reraise: 'yes' }],
      RangeError,
      "Expected `reraise` to be 'auto', 'always' or 'never'",
    ],
    [[target, { reraise: true }], TypeError, 'got `true` (boolean)'],
  ])('are checked: %j', (args, kind, message) => {
    const before = process.listenerCount('SIGTERM');

    expect(() => call(...args)).toThrow(kind);
    expect(() => call(...args)).toThrow(message);
    expect(process.listenerCount('SIGTERM')).toBe(before);
  });

  it.each([
    [[target]],
    [[[target, target], {}]],
    [[target, { signals: ['SIGHUP', 'SIGHUP'], timeoutMillis: 0, reraise: 'never' }]],
    [[target, { signals: undefined, timeoutMillis: undefined, reraise: undefined }]],
  ])('may be %j', (args) => {
    expect(() => call(...args)).not.toThrow();
  });
});
