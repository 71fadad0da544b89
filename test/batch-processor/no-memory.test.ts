import { describe, expect, it, vi } from 'vitest';
import { endAll, openProcessor } from '../support/batch-processors.js';
import { captureDiag } from '../support/diag-log.js';
import { openExporter } from '../support/exporters.js';
import { openScriptedAgent } from '../support/scripted-agent.js';
import { makeSpan, makeSpans } from '../support/spans.js';

const lines = captureDiag();

/** The next buffer that is asked for is not to be had. */
function refuseBuffer(): void {
  vi.spyOn(Buffer, 'allocUnsafeSlow').mockImplementationOnce(() => {
    throw new RangeError('Array buffer allocation failed');
  });
}

describe('a DatadogBatchSpanProcessor without memory for a payload', () => {
  it.each([
    ['a trace', (count: number) => makeSpans(count, { traceId: 'a'.repeat(32) })],
    [
      'two traces that take turns',
      (count: number) =>
        Array.from({ length: count }, (_none, at) =>
          makeSpan({ traceId: (at % 2 === 0 ? 'a' : 'b').repeat(32) }),
        ),
    ],
  ])('counts the spans of %s as lost, and sends those that end later', async (_what, spansOf) => {
    const agent = await openScriptedAgent();
    const exporter = openExporter({ url: agent.url });
    const processor = openProcessor(exporter);
    endAll(processor, spansOf(20));

    refuseBuffer();
    await processor.forceFlush();
    const counted = exporter.stats();
    endAll(processor, spansOf(10));
    await processor.forceFlush();

    expect(counted).toMatchObject({ received: 20, droppedByReason: { encode: 20 }, buffered: 0 });
    expect(exporter.stats()).toMatchObject({ received: 30, exported: 10, buffered: 0 });
    expect(agent.spans).toHaveLength(10);
    expect(agent.violations).toEqual([]);
    expect(lines.join()).toContain('encode: 20 spans lost; Array buffer allocation failed');
  });
});
