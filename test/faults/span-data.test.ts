import { describe, expect, it } from 'vitest';
import type { ReceivedSpan } from '../../src/dev-agent/index.js';
import {
  DatadogBatchSpanProcessor,
  type DatadogSpanExporter,
  type ReadableSpan,
} from '../../src/index.js';
import { openFaultServer } from '../support/fault-server.js';
import { ACCEPT } from '../support/fault-steps.js';
import { makeSpan, makeSpans, nextSpanId, SPAN_ID } from '../support/spans.js';
import { expectRecovery, named } from './fault-row.js';
import { UNUSUAL_SPANS } from './unusual-spans.js';
import { openExporter } from './watched-exporter.js';

/** Hands over the spans: all at once, or one by one as they end. */
type HandOver = (exporter: DatadogSpanExporter, spans: readonly ReadableSpan[]) => Promise<void>;

const byExport: HandOver = async (exporter, spans) => {
  exporter.export(spans, () => undefined);
  await exporter.forceFlush().catch(() => undefined); // rejects where a span was lost
};
const asTheyEnd: HandOver = async (exporter, spans) => {
  const processor = new DatadogBatchSpanProcessor({ exporter });
  for (const span of spans) processor.onEnd(span);
  await processor.forceFlush().catch(() => undefined);
};

async function received(handOver: HandOver, spans: readonly ReadableSpan[], options = {}) {
  const server = await openFaultServer({ scripts: [ACCEPT] });
  const exporter = openExporter({ url: server.url, ...options });
  await handOver(exporter, spans);
  const seen = { spans: server.spans, stats: exporter.stats(), heads: server.heads.join('') };
  await expectRecovery(server, exporter);
  return seen;
}

describe.each<[string, HandOver]>([
  ['exported in a batch', byExport],
  ['encoded as it ends', asTheyEnd],
])('a span that is %s', (_how, handOver) => {
  it.each(named(UNUSUAL_SPANS))('%s', async (_name, { fields, arrives, dropped, options }) => {
    const unusual: ReadableSpan = Object.assign(makeSpan({ name: 'unusual' }), fields);
    const neighbours = makeSpans(2, { name: 'neighbour' });

    const { spans, stats } = await received(
      handOver,
      [neighbours[0] ?? unusual, unusual, ...neighbours.slice(1)],
      options,
    );

    const isNeighbour = ({ resource }: ReceivedSpan): boolean => resource === 'neighbour';
    expect(spans.filter(isNeighbour)).toHaveLength(2);
    expect(stats).toMatchObject({
      received: 3,
      exported: dropped === undefined ? 3 : 2,
      droppedByReason: dropped === undefined ? {} : { [dropped]: 1 },
    });
    const others = spans.filter((span) => !isNeighbour(span));
    expect(others).toMatchObject(dropped === undefined ? [arrives ?? {}] : []);
  });

  it('H15: is its own parent, or in a ring of parents, is sent', async () => {
    const [a, b] = [nextSpanId(), nextSpanId()];
    const ring = [
      makeSpan({ spanId: a, parentSpanIdHex: b }),
      makeSpan({ spanId: b, parentSpanIdHex: a }),
      makeSpan({ spanId: SPAN_ID, parentSpanIdHex: SPAN_ID }),
    ];

    const { spans, stats } = await received(handOver, [...ring, ...makeSpans(1)]);

    expect(stats).toMatchObject({ received: 4, exported: 4, dropped: 0 });
    expect(spans.find(({ spanId }) => spanId === BigInt(`0x${SPAN_ID}`))?.parentId).toBe(0n);
  });

  it('H16: of one of many traces is in one chunk with those of its own', async () => {
    const traceIds = Array.from({ length: 20 }, (_, index) => String(index + 1).padStart(32, 'c'));
    const mixed = [...traceIds, ...traceIds, ...traceIds].map((traceId) => makeSpan({ traceId }));

    const { spans, stats, heads } = await received(handOver, mixed);

    // That no chunk has spans of two traces is looked at with every payload.
    expect(heads).toMatch(/^x-datadog-trace-count: 20\r$/im);
    expect(stats).toMatchObject({ received: 60, exported: 60 });
    expect(new Set(spans.map(({ traceId }) => traceId)).size).toBe(20);
  });
});
