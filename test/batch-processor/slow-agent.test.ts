import { describe, expect, it, vi } from 'vitest';
import type { DatadogSpanExporter } from '../../src/index.js';
import { endAll, openProcessor } from '../support/batch-processors.js';
import { captureDiag } from '../support/diag-log.js';
import { openExporter } from '../support/exporters.js';
import { openFaultServer } from '../support/fault-server.js';
import { readAll, stall } from '../support/fault-steps.js';
import { holdReply } from '../support/held-reply.js';
import { startOwnTime } from '../support/own-time.js';
import { openScriptedAgent } from '../support/scripted-agent.js';
import { makeSpan, makeSpans, NEVER_READY } from '../support/spans.js';

const lines = captureDiag();
const LARGE = { attributes: { text: 'x'.repeat(20_000) } };

/** An exporter whose queue `fill` fills beyond its size while the Agent holds its reply; then all is sent. */
async function openFilled(): Promise<{
  readonly exporter: DatadogSpanExporter;
  /** Returns how many spans were lost. */
  readonly fill: () => Promise<number>;
}> {
  const agent = await openScriptedAgent();
  const limits = { maxPendingBytes: 600_000, maxConnections: 1, timeoutMillis: 60_000 };
  const exporter = openExporter({ url: agent.url, ...limits });
  const processor = openProcessor(exporter, { maxQueueBytes: 512 * 1_024 });
  const fill = async (): Promise<number> => {
    const held = holdReply();
    agent.answer(held.reply);
    const before = exporter.stats();
    endAll(processor, makeSpans(100, LARGE));
    const lost = exporter.stats().dropped - before.dropped;
    held.release();
    await processor.forceFlush();
    return lost;
  };
  return { exporter, fill };
}

describe('an Agent that is slow', () => {
  it('costs spans only when the queue is full, each of them counted, and never more memory', async () => {
    const agent = await openScriptedAgent();
    const held = holdReply();
    agent.answer(held.reply);
    const maxQueueBytes = 512 * 1_024;
    const options = { maxPendingBytes: 600_000, maxConnections: 1, timeoutMillis: 60_000 };
    const exporter = openExporter({ url: agent.url, ...options });
    const processor = openProcessor(exporter, { maxQueueBytes });

    for (let span = 0; span < 300; span++) {
      processor.onEnd(makeSpan(LARGE));
      const { received, exported, dropped, buffered, inFlight } = exporter.stats();
      expect(exported + dropped + buffered + inFlight).toBe(received);
    }
    await agent.waitForRequests(1);
    const { buffered, inFlight, droppedByReason } = exporter.stats();

    // 300 spans of 20 kB: 600 kB are pending and 512 kB wait, but for what a payload is too large for.
    expect(droppedByReason.queue_full).toBe(300 - buffered - inFlight);
    expect((buffered + inFlight) * 20_000).toBeLessThan(1_200_000);
    expect((buffered + inFlight) * 20_000).toBeGreaterThan(700_000);
    held.release();
    await processor.forceFlush();
    expect(exporter.stats()).toMatchObject({ exported: buffered + inFlight, buffered: 0 });
    expect(agent.spans).toHaveLength(buffered + inFlight);
    processor.onEnd(makeSpan());
    const limit = `\`maxQueueBytes\` (524288 bytes), waiting for PUT ${agent.url}/v0.4/traces`;
    expect(lines.filter((line) => line.includes('queue_full'))).toEqual([
      `queue_full: spans that end now are lost, because spans already fill ${limit}`,
      `queue_full: ${droppedByReason.queue_full} spans lost, because spans already filled ${limit}`,
    ]);
  });

  it('counts each span that it has cost once, in what is said a minute later', async () => {
    const { exporter, fill } = await openFilled();

    const lostFirst = await fill();
    const now = performance.now.bind(performance);
    vi.spyOn(performance, 'now').mockImplementation(() => now() + 61_000);
    const lostThen = await fill();
    vi.restoreAllMocks();

    expect(exporter.stats().dropped).toBe(lostFirst + lostThen);
    const totals = lines.map((line) => /^queue_full: (\d+) spans lost/.exec(line)?.[1]);
    expect(totals.filter((total) => total !== undefined)).toEqual([`${lostFirst}`, `${lostThen}`]);
    expect(lines.filter((line) => line.includes('spans that end now'))).toHaveLength(2);
  });

  it('and forgets none that waited for room, if a flush asks for them', async () => {
    const agent = await openScriptedAgent();
    const exporter = openExporter({ url: agent.url, maxPendingBytes: 300_000 });
    const processor = openProcessor(exporter);

    endAll(processor, makeSpans(100, LARGE));
    await processor.forceFlush();

    expect(exporter.stats()).toMatchObject({ received: 100, exported: 100 });
  });

  it('finds all of the queue free again when it has taken what waited', async () => {
    const { fill } = await openFilled();

    const first = await fill();

    expect(first).toBeGreaterThan(20);
    expect([await fill(), await fill()]).toEqual([first, first]);
  });

  it('is not what spans wait for whose resource never is ready, and they take room as others do', () => {
    const exporter = openExporter({ url: 'http://127.0.0.1:9' });
    const processor = openProcessor(exporter, { maxQueueBytes: 65_536 });
    const late = { resource: NEVER_READY };

    endAll(processor, makeSpans(200, late));
    // 1 KiB each, and 7 for the export of the first half.
    expect(exporter.stats()).toMatchObject({ buffered: 57, droppedByReason: { queue_full: 143 } });
    expect(lines).toEqual([
      'queue_full: spans that end now are lost, because spans already fill `maxQueueBytes` (65536 bytes), ' +
        'waiting for attributes of their OTel resource',
    ]);

    processor.forceFlush().catch(() => undefined); // makes an export of them, which waits
    endAll(processor, [...makeSpans(200, late), makeSpan()]);
    expect(exporter.stats()).toMatchObject({ exported: 0, droppedByReason: { queue_full: 344 } });
  });

  it('has room for few exports of one span each, as each takes memory of its own', async () => {
    const server = await openFaultServer({ scripts: [[readAll, stall]] });
    const exporter = openExporter({ url: server.url, maxPendingBytes: 65_536 });
    const processor = openProcessor(exporter, { maxQueueBytes: 65_536 });

    for (const span of makeSpans(100)) {
      processor.onEnd(span);
      processor.forceFlush().catch(() => undefined);
    }

    // Each takes 7 KiB, and half a KiB for its bytes.
    expect(exporter.stats()).toMatchObject({ inFlight: 8, droppedByReason: { queue_full: 83 } });
  });

  it('is sent half of what may be pending at a time, so that a burst finds room beside others', async () => {
    const agent = await openScriptedAgent();
    const exporter = openExporter({ url: agent.url, maxPendingBytes: 100_000 });
    const processor = openProcessor(exporter);

    endAll(processor, makeSpans(20, LARGE));
    await processor.forceFlush();

    const bytes = agent.requests.map((request) => request.bodyBytes);
    expect(Math.max(...bytes)).toBeLessThan(80_000);
    expect(agent.spans).toHaveLength(20);
  });

  it.each([64 * 1_024, 300_000, 1_024 * 1_024])(
    'gets two requests at a time also where %i bytes at most may be pending',
    async (maxPendingBytes) => {
      const agent = await openScriptedAgent();
      const held = [holdReply(), holdReply()];
      agent.answer(...held.map(({ reply }) => reply));
      const exporter = openExporter({ url: agent.url, maxPendingBytes, maxConnections: 2 });
      const processor = openProcessor(exporter);

      endAll(processor, makeSpans(800, { attributes: { text: 'x'.repeat(1_200) } }));
      await agent.waitForRequests(2);

      for (const one of held) one.release();
      await processor.forceFlush();
      expect(agent.spans).toHaveLength(800);
    },
  );

  it('gets as much at a time as may be pending where two requests would hold little', async () => {
    const agent = await openScriptedAgent();
    const exporter = openExporter({ url: agent.url, maxPendingBytes: 16 * 1_024 });
    const processor = openProcessor(exporter, { maxQueueBytes: 1_024 * 1_024 });

    endAll(processor, makeSpans(100, { attributes: { text: 'x'.repeat(200) } }));
    await processor.forceFlush();

    expect(agent.spans).toHaveLength(100);
    expect(agent.requests.length).toBeLessThan(12); // 15 where each holds a quarter
  });

  it('makes no refusal dearer, however many exports wait for it', async () => {
    const server = await openFaultServer({ scripts: [[readAll, stall]] });
    const refusalMillis = (maxQueueBytes: number): number => {
      const exporter = openExporter({ url: server.url, maxPendingBytes: 64 * 1_024 });
      const processor = openProcessor(exporter, { maxQueueBytes });
      const span = makeSpan();
      while (exporter.stats().dropped === 0) {
        processor.onEnd(span);
        processor.forceFlush().catch(() => undefined); // makes an export of it
      }
      const took = startOwnTime();
      for (let refused = 0; refused < 50_000; refused++) processor.onEnd(span);
      return took();
    };

    refusalMillis(64 * 1_024); // warms up
    const few = refusalMillis(64 * 1_024);
    // The least: whatever else the machine does can only add to it.
    const many = Math.min(...[1, 2, 3].map(() => refusalMillis(1_024 * 1_024)));

    expect(many).toBeLessThan(few * 5); // it was nine times that when each looked at all that waited
  });
});
