import { describe, expect, it } from 'vitest';
import { afterForkInChild } from '../../src/fork.js';
import { DatadogBatchSpanProcessor, type DatadogSpanExporter } from '../../src/index.js';
import { captureDiag } from '../support/diag-log.js';
import { openExporter } from '../support/exporters.js';
import { openScriptedAgent } from '../support/scripted-agent.js';
import { makeSpan, makeSpans } from '../support/spans.js';
import { tellingProvider } from '../faults/account-watch.js';

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

  it('shuts the exporter down, leaves the grace to what ended before', async () => {
    const agent = await openScriptedAgent();
    const exporter = openExporter({ url: agent.url });
    const processor = new DatadogBatchSpanProcessor({ exporter });

    endAround(processor, () => void processor.shutdown());
    await processor.shutdown();

    expect(exporter.stats()).toMatchObject({ exported: 4, droppedByReason: { shutdown: 2 } });
  });

  it('aborts the signal or leaves no grace, has what was cut by that counted and said', async () => {
    const { url } = await openScriptedAgent();
    const controller = new AbortController();
    const aborted = openExporter({ url, signal: controller.signal });
    const ended = openExporter({ url });

    endAround(new DatadogBatchSpanProcessor({ exporter: aborted }), () => controller.abort());
    endAround(
      new DatadogBatchSpanProcessor({ exporter: ended }),
      () => void ended.shutdown({ graceMillis: 0 }),
    );
    await Promise.all([aborted.shutdown(), ended.shutdown()]);

    expect(aborted.stats()).toMatchObject({ received: 6, droppedByReason: { aborted: 6 } });
    expect(ended.stats()).toMatchObject({ received: 6, droppedByReason: { shutdown: 6 } });
    expect(lines.join()).toMatch(/The abort cut \d exports?, .*: 4 spans lost/);
    expect(lines.join()).toMatch(/Shutdown cut \d exports?, .*: 4 spans lost/);
  });

  it('is read by the shutdown of another processor, has what ends in its own sent as well', async () => {
    const agent = await openScriptedAgent();
    const exporter = openExporter({ url: agent.url });
    const [own, other] = [1, 2].map(() => new DatadogBatchSpanProcessor({ exporter }));
    const resource = { attributes: {}, asyncAttributesPending: true };
    const late = Object.defineProperty(makeSpan({ resource }), 'name', {
      get: () => {
        own?.onEnd(makeSpan());
        return 'late';
      },
    });

    own?.onEnd(makeSpan());
    other?.onEnd(late);
    resource.asyncAttributesPending = false;
    await exporter.shutdown();

    const { received, exported } = exporter.stats();
    expect(received).toBeGreaterThanOrEqual(3);
    expect(exported).toBe(received);
    expect(agent.spans).toHaveLength(exported);
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

  it('has twenty thousand others end, throws nothing and has them all flushed', async () => {
    const { url } = await openScriptedAgent();
    const exporter = openExporter({ url, timeoutMillis: 60_000, flushTimeoutMillis: 60_000 });
    const processor = new DatadogBatchSpanProcessor({ exporter });
    const others = makeSpans(20_000);

    endAround(processor, () => {
      for (const span of others.splice(0)) processor.onEnd(span);
    });
    await processor.forceFlush();

    expect(exporter.stats()).toMatchObject({ received: 20_006, exported: 20_006, buffered: 0 });
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

describe('an instrument that shuts the exporter down when it is told of a span', () => {
  it('has that span counted as lost at once', async () => {
    const selfObsMeterProvider = tellingProvider(() => void exporter.shutdown({ graceMillis: 0 }));
    const { url } = await openScriptedAgent();
    const exporter = openExporter({ url, selfObsMeterProvider });
    const processor = new DatadogBatchSpanProcessor({ exporter });

    processor.onEnd(makeSpan());

    expect(exporter.stats()).toMatchObject({
      received: 1,
      buffered: 0,
      droppedByReason: { shutdown: 1 },
    });
  });
});

describe('a span that names a tag of chunks, and so is encoded again when they are known,', () => {
  /** One whose attribute calls `meanwhile` whenever it is asked for its text. */
  function endOneOfChunk(processor: DatadogBatchSpanProcessor, meanwhile: () => void): void {
    class Text {
      toJSON(): string {
        meanwhile();
        return 'text';
      }
    }
    const span = makeSpan({ attributes: { '_dd.origin': 'own' } });
    processor.onEnd(Object.assign(span, { attributes: { ...span.attributes, text: new Text() } }));
  }

  it('has others end then, is sent once, as are they', async () => {
    const agent = await openScriptedAgent();
    const exporter = openExporter({ url: agent.url });
    const processor = new DatadogBatchSpanProcessor({ exporter });

    endOneOfChunk(processor, () => processor.onEnd(makeSpan()));
    await processor.forceFlush();

    const { received, exported } = exporter.stats();
    expect(received).toBeGreaterThanOrEqual(3);
    expect(exported).toBe(received);
    expect(agent.spans).toHaveLength(received);
  });

  it('flushes then, is counted once', async () => {
    const agent = await openScriptedAgent();
    const exporter = openExporter({ url: agent.url });
    const processor = new DatadogBatchSpanProcessor({ exporter });

    processor.onEnd(makeSpan());
    endOneOfChunk(processor, () => void processor.forceFlush());
    processor.onEnd(makeSpan());
    await processor.forceFlush();

    expect(exporter.stats()).toMatchObject({ received: 3, exported: 3, buffered: 0 });
    expect(agent.spans).toHaveLength(3);
  });

  it('says then that the heap was duplicated, is left to the original', async () => {
    const agent = await openScriptedAgent();
    const exporter = openExporter({ url: agent.url });
    const processor = new DatadogBatchSpanProcessor({ exporter });
    let calls = 0;

    endOneOfChunk(processor, () => {
      if (++calls === 2) afterForkInChild();
    });
    await processor.forceFlush();
    processor.onEnd(makeSpan());
    await processor.forceFlush();

    expect(calls).toBeGreaterThanOrEqual(2);
    expect(agent.spans).toHaveLength(1);
    expect(exporter.stats()).toMatchObject({ received: 1, exported: 1, inherited: 1 });
  });
});
