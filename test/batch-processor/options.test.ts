import { afterEach, describe, expect, it, vi } from 'vitest';
import {
  DatadogBatchSpanProcessor,
  DatadogSpanExporter,
  ForkSafeSpanProcessor,
} from '../../src/index.js';
import { endAll } from '../support/batch-processors.js';
import { captureDiag } from '../support/diag-log.js';
import { openExporter } from '../support/exporters.js';
import { makeSpan, makeSpans, NEVER_READY } from '../support/spans.js';

const lines = captureDiag();

afterEach(() => vi.restoreAllMocks());

/** As a JavaScript caller may call it. */
function construct(options: unknown): unknown {
  return Reflect.construct(DatadogBatchSpanProcessor, [options]);
}

describe('the options of a DatadogBatchSpanProcessor', () => {
  const exporter = (): DatadogSpanExporter => openExporter({});

  it.each<[string, () => unknown, RegExp]>([
    [
      'none',
      () => undefined,
      /Expected `options` to be an object with the exporter in it, .* got `undefined`/,
    ],
    [
      'the exporter itself',
      exporter,
      /as in `new DatadogBatchSpanProcessor\({ exporter }\)`, got the exporter itself$/,
    ],
    ['no exporter', () => ({}), /`exporter` to be a DatadogSpanExporter, got `undefined`/],
    [
      'another exporter',
      () => ({ exporter: { export: () => undefined } }),
      /to be a DatadogSpanExporter of this copy of the package/,
    ],
    [
      'a delay that is text',
      () => ({ exporter: exporter(), scheduledDelayMillis: '5' }),
      /Expected `scheduledDelayMillis` to be an integer in \[0, 2147483647\], got `"5"` \(string\)/,
    ],
    [
      'a queue for nothing',
      () => ({ exporter: exporter(), maxQueueBytes: 0 }),
      /Expected `maxQueueBytes` to be an integer in \[65536, 1073741824\], got `0` \(number\)/,
    ],
  ])('are checked: %s', (_name, options, message) => {
    expect(() => construct(options())).toThrow(message);
  });

  it('are those of a processor that has no other around it', () => {
    const createProcessor = (to: unknown): never => {
      construct({ exporter: to });
      throw new Error('constructed');
    };

    expect(() => new ForkSafeSpanProcessor({ exporter: exporter(), createProcessor })).toThrow(
      new TypeError(
        'Expected `exporter` to be a DatadogSpanExporter, got what ForkSafeSpanProcessor passes to `createProcessor`: ' +
          'DatadogBatchSpanProcessor needs no ForkSafeSpanProcessor around it',
      ),
    );
  });

  it.each([
    ['that was replaced', () => Object.assign(exporter(), { export: () => undefined })],
    [
      'of a class of its own',
      () =>
        new (class extends DatadogSpanExporter {
          override export(): void {}
        })(),
    ],
  ])('have a warning of an export() %s: it is not called', (_whose, replaced) => {
    construct({ exporter: replaced() });
    construct({ exporter: exporter() });

    expect(lines).toEqual([
      expect.stringMatching(/^`export\(\)` of its exporter was replaced, .* does not call it/),
    ]);
  });

  it('let a span wait for five seconds unless they say otherwise', () => {
    const processor = new DatadogBatchSpanProcessor({ exporter: exporter() });
    const timers = vi.spyOn(globalThis, 'setTimeout');

    processor.onEnd(makeSpan());

    expect(timers.mock.calls.map(([, delayMillis]) => delayMillis)).toEqual([5_000]);
  });

  it('let 8 MiB of spans wait unless they say otherwise', () => {
    const one = exporter();
    const processor = new DatadogBatchSpanProcessor({ exporter: one });

    endAll(processor, makeSpans(8_192 + 3, { resource: NEVER_READY })); // taken to be 1 KiB each

    const exports = 15 * 7; // KiB that 15 of 512 spans take besides
    expect(one.stats()).toMatchObject({ buffered: 8_192 - exports, received: 8_195 });
    expect(one.stats().droppedByReason).toEqual({ queue_full: 3 + exports });
  });
});
