import { expect, it } from 'vitest';
import { DatadogBatchSpanProcessor, type DatadogSpanExporter } from '../../src/index.js';
import { captureDiag } from '../support/diag-log.js';
import { openExporter } from '../support/exporters.js';
import { makeSpan } from '../support/spans.js';

const lines = captureDiag();

type End = (exporter: DatadogSpanExporter, controller: AbortController) => void | Promise<void>;

it.each<[string, string, End]>([
  ['the abort of its signal', 'aborted', (_exporter, controller) => controller.abort()],
  ['the shutdown of its exporter', 'shutdown', (exporter) => exporter.shutdown()],
])(
  'a span that ended after %s is counted and told of, but not by a flush',
  async (_what, kind, end) => {
    const controller = new AbortController();
    const exporter = openExporter({ url: 'http://127.0.0.1:1', signal: controller.signal });
    const processor = new DatadogBatchSpanProcessor({ exporter });
    await end(exporter, controller);

    processor.onEnd(makeSpan());
    await processor.forceFlush();

    expect(exporter.stats()).toMatchObject({ received: 1, droppedByReason: { [kind]: 1 } });
    expect(lines).toEqual([expect.stringMatching(/^Export failed: .* not sent: .*; 1 span lost$/)]);
  },
);
