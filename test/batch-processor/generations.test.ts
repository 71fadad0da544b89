import { describe, expect, it } from 'vitest';
import { afterForkInChild } from '../../src/fork.js';
import { DatadogBatchSpanProcessor } from '../../src/index.js';
import { openExporter } from '../support/exporters.js';
import { openScriptedAgent } from '../support/scripted-agent.js';
import { makeSpans } from '../support/spans.js';

describe('a DatadogBatchSpanProcessor after the heap was duplicated', () => {
  it('sends what ends here once, and counts what it held as inherited', async () => {
    const agent = await openScriptedAgent();
    const exporter = openExporter({ url: agent.url });
    const processor = new DatadogBatchSpanProcessor({ exporter });
    for (const span of makeSpans(10, { name: 'theirs' })) processor.onEnd(span);

    afterForkInChild();
    for (const span of makeSpans(3, { name: 'ours' })) processor.onEnd(span);
    await processor.forceFlush();

    expect(agent.spans.map(({ resource }) => resource)).toEqual(['ours', 'ours', 'ours']);
    expect(exporter.stats()).toMatchObject({ received: 3, exported: 3, inherited: 10 });
  });

  it('goes on in every generation, and is shut down for good', async () => {
    const agent = await openScriptedAgent();
    const exporter = openExporter({ url: agent.url });
    const processor = new DatadogBatchSpanProcessor({ exporter });
    for (let generation = 0; generation < 5; generation++) {
      for (const span of makeSpans(2)) processor.onEnd(span);
      afterForkInChild();
    }
    await processor.shutdown();
    afterForkInChild();
    for (const span of makeSpans(1)) processor.onEnd(span);
    await processor.forceFlush();

    expect(agent.spans).toEqual([]);
    expect(exporter.stats()).toMatchObject({
      received: 1,
      droppedByReason: { shutdown: 1 },
      inherited: 10,
    });
  });
});
