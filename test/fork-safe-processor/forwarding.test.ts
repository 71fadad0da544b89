import { ROOT_CONTEXT } from '@opentelemetry/api';
import { BatchSpanProcessor, SimpleSpanProcessor } from '@opentelemetry/sdk-trace-base';
import { describe, expect, it } from 'vitest';
import { ForkSafeSpanProcessor, type SpanExporter } from '../../src/index.js';
import { captureDiag } from '../support/diag-log.js';
import { openExporter } from '../support/exporters.js';
import { bareProcessor, openPipeline } from '../support/pipelines.js';
import { openScriptedAgent } from '../support/scripted-agent.js';
import { makeSpan } from '../support/spans.js';

const lines = captureDiag();

describe('a ForkSafeSpanProcessor', () => {
  it.each<[string, (exporter: SpanExporter) => BatchSpanProcessor | SimpleSpanProcessor]>([
    ['BatchSpanProcessor', (exporter) => new BatchSpanProcessor(exporter)],
    ['SimpleSpanProcessor', (exporter) => new SimpleSpanProcessor(exporter)],
  ])('sends what its %s collects', async (_name, createProcessor) => {
    const agent = await openScriptedAgent();
    const exporter = openExporter({ url: agent.url });
    const { provider, record } = openPipeline(exporter, { createProcessor });
    record(3);

    await provider.forceFlush();

    expect(agent.spans).toHaveLength(3);
    expect(exporter.stats()).toMatchObject({ received: 3, exported: 3 });
    await provider.shutdown();
    expect(lines).toEqual([]);
  });

  it('tells its inner processor of spans that start, are about to end and have ended', () => {
    const calls: string[] = [];
    const { provider } = openPipeline(openExporter({}), {
      createProcessor: () =>
        bareProcessor({
          onStart: (span, parent) => calls.push(`${span.name} ${String(parent === ROOT_CONTEXT)}`),
          onEnding: (span) => span.setAttribute('ending', true),
          onEnd: ({ attributes }) => calls.push(JSON.stringify(attributes)),
        }),
    });

    provider.getTracer('t').startSpan('work', {}, ROOT_CONTEXT).end();

    expect(calls).toEqual(['work true', '{"ending":true}']);
  });

  it('keeps what its inner processor throws from the application, and says so', () => {
    const fail = (): never => {
      throw new Error('inner');
    };
    const { record } = openPipeline(openExporter({}), {
      createProcessor: () => bareProcessor({ onStart: fail, onEnding: fail, onEnd: fail }),
    });

    expect(() => record(2)).not.toThrow();

    expect(lines).toEqual([
      'onStart of the span processor failed: inner; the span goes on',
      'onEnding of the span processor failed: inner; the span goes on',
      'onEnd of the span processor failed: inner; the span may be lost',
    ]);
  });

  it('leaves it to its inner processor what becomes of a span whose resource cannot be read', () => {
    const ended: unknown[] = [];
    const { processor } = openPipeline(openExporter({}), {
      createProcessor: () => bareProcessor({ onEnd: (span) => void ended.push(span) }),
    });
    const span = Object.defineProperty(makeSpan(), 'resource', {
      get: () => {
        throw new Error('unreadable');
      },
    });

    processor.onEnd(span);

    expect(ended).toEqual([span]);
    expect(lines).toEqual([]);
  });

  it('keeps its exporter when the inner processor shuts its own down', async () => {
    const agent = await openScriptedAgent();
    const exporters: SpanExporter[] = [];
    const { provider, record } = openPipeline(openExporter({ url: agent.url }), {
      createProcessor: (to) => {
        exporters.push(to);
        return new BatchSpanProcessor(to);
      },
    });

    await exporters[0]?.shutdown();
    record(1);
    await provider.forceFlush();

    expect(agent.spans).toHaveLength(1);
  });

  it.each<[string, unknown[]]>([
    ['options', []],
    ['options', ['x']],
    ['exporter', [{ createProcessor: bareProcessor }]],
    ['exporter', [{ exporter: { export: true }, createProcessor: bareProcessor }]],
    ['createProcessor', [{ exporter: openExporter({}) }]],
    ['createProcessor(exporter)', [{ exporter: openExporter({}), createProcessor: () => ({}) }]],
  ])('refuses wrong %s', (name, args) => {
    const construct = (): unknown => Reflect.construct(ForkSafeSpanProcessor, args);

    expect(construct).toThrow(TypeError);
    expect(construct).toThrow(`Expected \`${name}\` to be `);
  });

  it('says so if it is given the exporter instead of options', () => {
    const construct = (): unknown => Reflect.construct(ForkSafeSpanProcessor, [openExporter({})]);

    expect(construct).toThrow(
      /as in `new ForkSafeSpanProcessor\({ exporter, createProcessor }\)`, got the exporter itself$/,
    );
  });

  it('lets the error of createProcessor through when it is constructed', () => {
    const createProcessor = (): never => {
      throw new RangeError('no queue');
    };

    expect(
      () => new ForkSafeSpanProcessor({ exporter: openExporter({}), createProcessor }),
    ).toThrow(new RangeError('no queue'));
  });
});
