import { TraceFlags } from '@opentelemetry/api';
import { resourceFromAttributes } from '@opentelemetry/resources';
import { BatchSpanProcessor } from '@opentelemetry/sdk-trace-base';
import { describe, expect, it } from 'vitest';
import type { DrainableExporter } from '../../src/index.js';
import { openBlackHole } from '../support/black-hole.js';
import { captureDiag } from '../support/diag-log.js';
import { openExporter } from '../support/exporters.js';
import { openFaultServer } from '../support/fault-server.js';
import { answer, readAll, stall } from '../support/fault-steps.js';
import { bareProcessor, openPipeline } from '../support/pipelines.js';
import { refusedUrl } from '../support/raw-server.js';
import { openScriptedAgent } from '../support/scripted-agent.js';
import { makeSpan, SPAN_ID, TRACE_ID } from '../support/spans.js';
import { millisOf } from '../support/wall-time.js';

const lines = captureDiag();
/** For a busy machine; else it is less than 100. Whatever ignores its grace takes 4 s and more. */
const SLACK_MILLIS = 2_000;
const never = new Promise<never>(() => undefined);

async function hangingUrl(): Promise<string> {
  return (await openFaultServer({ scripts: [[readAll, stall]] })).url;
}

describe('the grace of a ForkSafeSpanProcessor that is shut down', () => {
  it.each<[string, () => Promise<string>]>([
    ['refuses', () => refusedUrl()],
    ['hangs', () => hangingUrl()],
    ['answers 503', async () => (await openFaultServer({ scripts: [answer(503)] })).url],
    ['does not answer to SYN', () => openBlackHole()],
  ])('keeps to the grace when the Agent %s', async (_how, open) => {
    const exporter = openExporter({ url: await open(), graceMillis: 60_000 });
    const { processor, record } = openPipeline(exporter);
    record(600);

    expect(await millisOf(() => processor.shutdown({ graceMillis: 200 }))).toBeLessThan(
      200 + SLACK_MILLIS,
    );

    expect(exporter.stats()).toMatchObject({ received: 600, dropped: 600, inFlight: 0 });
  });

  it('keeps to it also after the queue of the processor was full', async () => {
    const exporter = openExporter({ url: await hangingUrl() });
    const { processor, record } = openPipeline(exporter, {
      createProcessor: (to) => new BatchSpanProcessor(to, { maxQueueSize: 10 }),
    });
    record(30);

    expect(await millisOf(() => processor.shutdown({ graceMillis: 200 }))).toBeLessThan(
      200 + SLACK_MILLIS,
    );

    const { received, droppedByReason } = exporter.stats();
    expect(droppedByReason).toEqual({ shutdown: received });
  });

  it('hurries what backs off meanwhile', async () => {
    const server = await openFaultServer({ scripts: [answer(503)] });
    const exporter = openExporter({ url: server.url });
    const { processor, record } = openPipeline(exporter, {
      createProcessor: (to) => new BatchSpanProcessor(to, { maxQueueSize: 10 }),
    });
    record(21); // one is dropped, so that the processor seems to hold it back to the end

    await processor.shutdown({ graceMillis: 10_000 });

    expect(exporter.stats()).toMatchObject({ received: 20, dropped: 20 });
    expect(server.requests).toBe(2 * 2); // two for each batch, of five without the hurry
  });

  it('does not wait for what the Agent puts off beyond the grace', async () => {
    const headers = ['Retry-After: 5'];
    const server = await openFaultServer({ scripts: [answer(503, { headers })] });
    const { processor, record } = openPipeline(openExporter({ url: server.url }));
    record(3);
    const notSampled = { traceId: TRACE_ID, spanId: SPAN_ID, traceFlags: TraceFlags.NONE };
    processor.onEnd(makeSpan({ spanContext: () => notSampled })); // will never be handed over

    const shutdown = (): Promise<void> => processor.shutdown({ graceMillis: 4_000 });
    expect(await millisOf(shutdown)).toBeLessThan(SLACK_MILLIS);
  });

  it("is the exporter's own unless another one is given", async () => {
    const given: unknown[] = [];
    const exporter: DrainableExporter = {
      export: () => undefined,
      shutdown: (options) => Promise.resolve(void given.push(options?.graceMillis)),
      graceMillis: 60_000,
    };

    await openPipeline(exporter).processor.shutdown();
    await openPipeline(exporter).processor.shutdown({ graceMillis: 30_000 });

    const [own = 0, other = 0] = given.map(Number);
    expect([own > 50_000, own <= 60_000]).toEqual([true, true]);
    expect([other > 20_000, other <= 30_000]).toEqual([true, true]);
  });

  it('leaves the exporter nothing of it once the processor has used it up', async () => {
    const given: unknown[] = [];
    const exporter: DrainableExporter = {
      export: () => undefined,
      shutdown: (options) => Promise.resolve(void given.push(options?.graceMillis)),
    };
    const { processor, record } = openPipeline(exporter, {
      createProcessor: () => bareProcessor({ forceFlush: () => never }),
    });
    record(1);

    await processor.shutdown({ graceMillis: 50 });

    expect(given).toEqual([0]);
  });

  it.each([
    ['it is 0', { graceMillis: 0 }],
    ['the signal aborts', { graceMillis: 10_000, signal: AbortSignal.abort() }],
  ])('ends at once when %s', async (_when, options) => {
    const exporter = openExporter({ url: await hangingUrl(), graceMillis: 10_000 });
    const { processor, record } = openPipeline(exporter);
    record(1);

    expect(await millisOf(() => processor.shutdown(options))).toBeLessThan(SLACK_MILLIS);

    expect(exporter.stats()).toMatchObject({ received: 1, dropped: 1 });
  });

  it('does not wait beyond the grace for resource attributes, and says what is held', async () => {
    const agent = await openScriptedAgent();
    const { processor, record } = openPipeline(openExporter({ url: agent.url }), {
      resource: resourceFromAttributes({ 'service.name': never }),
    });
    record(3);

    expect(await millisOf(() => processor.shutdown({ graceMillis: 100 }))).toBeLessThan(
      100 + SLACK_MILLIS,
    );

    expect(agent.requests).toEqual([]);
    expect(lines).toEqual(['the span processor still held up to 3 spans; they are lost']);
  });

  it.each<[string, PropertyDescriptor, number]>([
    ['is endless', { value: Infinity }, 2_147_483_600],
    ['is no number', { value: 'x' }, 900],
    [
      'throws',
      {
        get: () => {
          throw new Error('no');
        },
      },
      900,
    ],
  ])('is no harm where that of another exporter %s', async (_what, descriptor, atLeast) => {
    const given: number[] = [];
    const exporter: DrainableExporter = {
      export: () => undefined,
      shutdown: async (options) => void given.push(options?.graceMillis ?? Number.NaN),
      forceFlush: () => Promise.resolve(),
    };
    Object.defineProperty(exporter, 'graceMillis', descriptor);
    Object.defineProperty(exporter, 'flushTimeoutMillis', descriptor);
    const { processor } = openPipeline(exporter);

    await processor.forceFlush();
    await processor.shutdown();

    expect(given).toEqual([expect.any(Number)]);
    expect(given[0]).toBeGreaterThan(atLeast);
  });

  it('resolves although another exporter never does', async () => {
    const exporter: DrainableExporter = { export: () => undefined, shutdown: () => never };
    const { processor } = openPipeline(exporter);

    expect(await millisOf(() => processor.shutdown({ graceMillis: 50 }))).toBeLessThan(
      50 + SLACK_MILLIS,
    );
  });

  it.each([Infinity, 2_147_483_647])(
    'is %d, the longest there is, and not over at once',
    async (graceMillis) => {
      const agent = await openScriptedAgent();
      const exporter = openExporter({ url: agent.url });
      const { processor, record } = openPipeline(exporter);
      const warnings: Error[] = [];
      const onWarning = (warning: Error): void => void warnings.push(warning);
      process.on('warning', onWarning);
      record(1);

      await processor.shutdown({ graceMillis });
      await new Promise((resolve) => setImmediate(resolve));
      process.off('warning', onWarning);

      expect(warnings).toEqual([]); // Node has one for a time that it takes for 1 ms
      expect(exporter.stats()).toMatchObject({ exported: 1, inFlight: 0 });
    },
  );

  it('is the default where the options cannot be read', async () => {
    const options = {
      get graceMillis(): number {
        throw new Error('no grace');
      },
    };

    await openPipeline(openExporter({})).processor.shutdown(options);
    await openExporter({}).shutdown(options);

    const line = 'the options of shutdown are ignored: no grace';
    expect(lines).toEqual([line, line]);
  });

  it('says that a grace is wrong, and takes the default', async () => {
    const { processor } = openPipeline(openExporter({}));

    const wrong = { graceMillis: 'long' };
    await Reflect.apply(Reflect.get(processor, 'shutdown'), processor, [wrong]);

    expect(lines).toEqual([
      'Expected `graceMillis` to be a number of milliseconds, got `"long"` (string); the default is used',
    ]);
  });

  it('says that a signal is wrong, and goes without', async () => {
    const { processor } = openPipeline(openExporter({}));

    const wrong = { signal: new AbortController() };
    await Reflect.apply(Reflect.get(processor, 'shutdown'), processor, [wrong]);

    expect(lines).toEqual([
      'Expected `signal` to be an AbortSignal, got `{…}` (object); it is ignored',
    ]);
  });
});
