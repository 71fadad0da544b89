import { describe, expect, it } from 'vitest';
import { afterForkInChild } from '../../src/fork.js';
import { DatadogBatchSpanProcessor, type DatadogSpanExporter } from '../../src/index.js';
import { captureDiag } from '../support/diag-log.js';
import { openExporter } from '../support/exporters.js';
import { openScriptedAgent } from '../support/scripted-agent.js';
import { makeSpan, makeSpans } from '../support/spans.js';

const lines = captureDiag();

/** Ends a span whose name is asked for in the middle of encoding it, with three ended before and two behind. */
function endAround(processor: DatadogBatchSpanProcessor, meanwhile: () => void): void {
  const get = (): string => {
    meanwhile();
    return 'in the middle';
  };
  for (const span of makeSpans(3)) processor.onEnd(span);
  processor.onEnd(Object.defineProperty(makeSpan(), 'name', { get }));
  for (const span of makeSpans(2)) processor.onEnd(span);
}

function isSettled(exporter: DatadogSpanExporter): boolean {
  const { received, exported, dropped } = exporter.stats();
  return received === exported + dropped;
}

describe('a span that, while it is encoded,', () => {
  it('has what ended before and itself flushed, is sent once, as are the others', async () => {
    const agent = await openScriptedAgent();
    const exporter = openExporter({ url: agent.url });
    const processor = new DatadogBatchSpanProcessor({ exporter });

    endAround(processor, () => void processor.forceFlush());
    await processor.forceFlush();

    expect(agent.spans.map(({ resource }) => resource).toSorted()).toEqual(
      ['in the middle', ...Array.from({ length: 5 }, () => 'span_name')].toSorted(),
    );
    expect(exporter.stats()).toMatchObject({ received: 6, exported: 6 });
  });

  it('has a flush wait for what ended before', async () => {
    const agent = await openScriptedAgent();
    const exporter = openExporter({ url: agent.url });
    const processor = new DatadogBatchSpanProcessor({ exporter });
    const flushes: Promise<void>[] = [];

    endAround(processor, () => void flushes.push(processor.forceFlush()));
    await Promise.all(flushes);

    expect(flushes.length).toBeGreaterThan(0);
    expect(exporter.stats().exported).toBeGreaterThanOrEqual(3);
  });

  it('shuts the exporter down, is counted, as are those that come later', async () => {
    const agent = await openScriptedAgent();
    const exporter = openExporter({ url: agent.url });
    const processor = new DatadogBatchSpanProcessor({ exporter });

    endAround(processor, () => void processor.shutdown());
    await processor.shutdown();

    expect(isSettled(exporter)).toBe(true);
    expect(exporter.stats()).toMatchObject({ received: 6 });
    expect(agent.spans.length).toBe(exporter.stats().exported);
    expect(lines.join()).toMatch(/shut down/);
  });

  it('has others end when it is read late, by a shutdown, has them sent as well', async () => {
    const agent = await openScriptedAgent();
    const exporter = openExporter({ url: agent.url });
    const processor = new DatadogBatchSpanProcessor({ exporter });
    const resource = { attributes: {}, asyncAttributesPending: true };
    const late = Object.defineProperty(makeSpan({ resource }), 'name', {
      get: () => {
        for (const span of makeSpans(2)) processor.onEnd(span);
        return 'late';
      },
    });

    processor.onEnd(late);
    resource.asyncAttributesPending = false;
    await processor.shutdown();

    const { received, exported } = exporter.stats();
    expect(received).toBeGreaterThanOrEqual(3);
    expect(exported).toBe(received);
    expect(agent.spans).toHaveLength(exported);
  });

  it('says that the heap was duplicated, leaves what ended before to the original', async () => {
    const agent = await openScriptedAgent();
    const exporter = openExporter({ url: agent.url });
    const processor = new DatadogBatchSpanProcessor({ exporter });
    let isFirst = true;

    endAround(processor, () => {
      if (isFirst) afterForkInChild();
      isFirst = false;
    });
    await processor.forceFlush();

    expect(agent.spans).toHaveLength(2);
    expect(exporter.stats()).toMatchObject({ received: 2, exported: 2, inherited: 4 });
  });
});
