import type { Attributes } from '@opentelemetry/api';
import { describe, expect, it, vi } from 'vitest';
import type { ReadableSpan } from '../../src/index.js';
import { endAll, openProcessor } from '../support/batch-processors.js';
import { captureDiag } from '../support/diag-log.js';
import { openExporter } from '../support/exporters.js';
import { openScriptedAgent } from '../support/scripted-agent.js';
import { makeSpan, makeSpans } from '../support/spans.js';

const lines = captureDiag();
const LARGE = { text: 'x'.repeat(20_000) };

/** The buffer that is asked for after so many others is not to be had. */
function refuseBuffer(after: number): void {
  const allocate = Buffer.allocUnsafeSlow.bind(Buffer);
  let asked = 0;
  vi.spyOn(Buffer, 'allocUnsafeSlow').mockImplementation((bytes) => {
    if (asked++ === after) throw new RangeError('Array buffer allocation failed');
    return allocate(bytes);
  });
}

function inTurn(count: number, attributes: Attributes = {}): readonly ReadableSpan[] {
  return Array.from({ length: count }, (_none, at) =>
    makeSpan({ traceId: (at % 2 === 0 ? 'a' : 'b').repeat(32), attributes }),
  );
}

describe('a DatadogBatchSpanProcessor without memory for a payload', () => {
  it.each<[string, number, (count: number) => readonly ReadableSpan[]]>([
    ['a trace', 0, (count) => makeSpans(count, { traceId: 'a'.repeat(32) })],
    ['two traces that take turns', 0, (count) => inTurn(count)],
    ['two traces, some of which are copied,', 2, (count) => inTurn(count, LARGE)],
  ])(
    'counts the spans of %s as lost, and sends those that end later',
    async (_what, after, spansOf) => {
      const agent = await openScriptedAgent();
      const exporter = openExporter({ url: agent.url });
      const processor = openProcessor(exporter);
      endAll(processor, spansOf(20));

      refuseBuffer(after);
      await processor.forceFlush();
      vi.restoreAllMocks();
      const counted = exporter.stats();
      endAll(processor, spansOf(10));
      await processor.forceFlush();

      expect(counted).toMatchObject({ received: 20, droppedByReason: { encode: 20 }, buffered: 0 });
      expect(exporter.stats()).toMatchObject({ received: 30, exported: 10, buffered: 0 });
      expect(agent.spans).toHaveLength(10);
      expect(agent.violations).toEqual([]);
      expect(lines.join()).toContain('encode: Array buffer allocation failed; 20 spans lost');
    },
  );
});
