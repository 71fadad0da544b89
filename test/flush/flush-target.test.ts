import { ProxyTracerProvider, trace } from '@opentelemetry/api';
import { BasicTracerProvider } from '@opentelemetry/sdk-trace-base';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { flushOnExit, withFlush } from '../../src/index.js';
import { openExporter } from '../support/exporters.js';
import {
  checkFlushTarget,
  type Flushable,
  type FlushOptions,
} from '../../src/flush/flush-target.js';

const OPTIONS: FlushOptions = { signal: new AbortController().signal, timeoutMillis: 1_000 };
const one: Flushable = { forceFlush: () => Promise.resolve() };

afterEach(() => trace.disable());

describe('checkFlushTarget', () => {
  it('takes what can be flushed, alone or in a list', () => {
    expect(checkFlushTarget('target', one)).toEqual([one]);
    expect(checkFlushTarget('target', [one, one])).toEqual([one, one]);
  });

  it.each([[undefined], [null], [{}], ['text'], [{ forceFlush: 1 }], [[]]])(
    'refuses %s',
    (value) => {
      expect(() => checkFlushTarget('target', value)).toThrow(
        /^Expected `target` to be a processor, an exporter or a provider with a method `forceFlush`, /,
      );
    },
  );

  it('says which of several cannot be flushed', () => {
    expect(() => checkFlushTarget('target', [one, {}])).toThrow(/^Expected `target\[1\]` to be /);
  });
});

describe('a second target', () => {
  it.each<[string, (second: unknown) => unknown]>([
    ['flushOnExit([provider, exporter])', (second) => apply(flushOnExit, [one, second])],
    [
      'withFlush(handler, [provider, exporter])',
      (second) => apply(withFlush, [() => undefined, one, second]),
    ],
  ])('is not taken for options: it takes a list, as in %s', (asList, call) => {
    const refusal = new TypeError(
      'Expected `options` to be an object of options, got another target: ' +
        `several targets are one list, as in \`${asList}\``,
    );

    expect(() => call(openExporter({}))).toThrow(refusal);
    expect(() => call(trace.getTracerProvider())).toThrow(refusal);
  });
});

/** As from JavaScript. */
function apply(callee: typeof flushOnExit | typeof withFlush, args: readonly unknown[]): unknown {
  const result: unknown = Reflect.apply(callee, undefined, args);
  return result;
}

describe('the provider of trace.getTracerProvider()', () => {
  it('stands for the one that is registered by the time of a flush', async () => {
    const [proxy] = checkFlushTarget('target', trace.getTracerProvider());
    await proxy?.forceFlush(OPTIONS); // none yet
    const provider = new BasicTracerProvider();
    const flushed = vi.spyOn(provider, 'forceFlush');
    trace.setGlobalTracerProvider(provider);

    await proxy?.forceFlush(OPTIONS);

    expect(flushed).toHaveBeenCalledExactlyOnceWith(OPTIONS);
  });

  it('fails as that does', async () => {
    const given = new ProxyTracerProvider();
    const [proxy] = checkFlushTarget('target', given);
    const provider = new BasicTracerProvider();
    vi.spyOn(provider, 'forceFlush').mockRejectedValue(new Error('no disk'));
    given.setDelegate(provider);

    await expect(proxy?.forceFlush(OPTIONS)).rejects.toThrow('no disk');
  });
});
