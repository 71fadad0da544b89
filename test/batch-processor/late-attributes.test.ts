import { resourceFromAttributes } from '@opentelemetry/resources';
import { BasicTracerProvider } from '@opentelemetry/sdk-trace-base';
import { describe, expect, it } from 'vitest';
import { endAll, openProcessor } from '../support/batch-processors.js';
import { openExporter } from '../support/exporters.js';
import { openScriptedAgent } from '../support/scripted-agent.js';
import { makeSpans, NEVER_READY } from '../support/spans.js';
import { until } from '../support/until.js';

describe('a span of a DatadogBatchSpanProcessor whose resource attributes are still to come', () => {
  it('is waited for by a flush', async () => {
    const agent = await openScriptedAgent();
    const exporter = openExporter({ url: agent.url });
    const processor = openProcessor(exporter);
    let arrive: (host: string) => void = () => undefined;
    const host = new Promise<string>((resolve) => {
      arrive = resolve;
    });
    const provider = new BasicTracerProvider({
      resource: resourceFromAttributes({ 'host.name': host }),
      spanProcessors: [processor],
    });
    provider.getTracer('tests').startSpan('early').end();

    const flush = processor.forceFlush();
    expect(exporter.stats()).toMatchObject({ received: 1, buffered: 1 });
    arrive('web-1');
    await flush;
    provider.getTracer('tests').startSpan('late').end();
    await processor.forceFlush();

    expect(agent.spans.map(({ meta }) => meta['host.name'])).toEqual(['web-1', 'web-1']);
  });

  it('leaves a small queue before that is full', async () => {
    const agent = await openScriptedAgent();
    const exporter = openExporter({ url: agent.url });
    const processor = openProcessor(exporter, { maxQueueBytes: 64 * 1_024 });
    const resource = { ...NEVER_READY, waitForAsyncAttributes: () => Promise.resolve() };

    for (let batch = 0; batch < 10; batch++) {
      endAll(processor, makeSpans(32, { resource }));
      await until(
        'they are sent',
        () => exporter.stats().buffered + exporter.stats().inFlight === 0,
      );
    }

    expect(exporter.stats()).toMatchObject({ received: 320, exported: 320 });
  });
});
