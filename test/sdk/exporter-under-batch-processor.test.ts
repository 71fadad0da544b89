import { BasicTracerProvider, BatchSpanProcessor } from '@opentelemetry/sdk-trace-base';
import { describe, expect, it } from 'vitest';
import type { DatadogSpanExporter } from '../../src/index.js';
import { openExporter } from '../support/exporters.js';
import { type FaultServer, openFaultServer, type Script } from '../support/fault-server.js';
import { ACCEPT, readAll, reply, stall } from '../support/fault-steps.js';
import { openGate } from '../support/gate.js';
import { refusedUrl } from '../support/raw-server.js';
import { until } from '../support/until.js';
import { millisOf } from '../support/wall-time.js';

interface Pipeline {
  readonly server: FaultServer;
  readonly exporter: DatadogSpanExporter;
  readonly provider: BasicTracerProvider;
  /** Ends so many spans, each a trace of its own. */
  readonly record: (spans: number) => void;
}

async function openPipeline(scripts: readonly Script[]): Promise<Pipeline> {
  const server = await openFaultServer({ scripts });
  const exporter = openExporter({ url: server.url });
  return { server, ...providerOf(exporter) };
}

function providerOf(exporter: DatadogSpanExporter): Omit<Pipeline, 'server'> {
  const processor = new BatchSpanProcessor(exporter, { maxQueueSize: 20_000 });
  const provider = new BasicTracerProvider({ spanProcessors: [processor] });
  const tracer = provider.getTracer('tests');
  const record = (spans: number): void => {
    for (let index = 0; index < spans; index++) tracer.startSpan('work', { root: true }).end();
  };
  return { exporter, provider, record };
}

describe('under the BatchSpanProcessor of the SDK', () => {
  it('the exports of a flush, five or forty at once, all arrive', async () => {
    for (const spans of [2_111, 19_999]) {
      const { server, exporter, provider, record } = await openPipeline([ACCEPT]);
      record(spans);

      await provider.forceFlush();
      await exporter.forceFlush();

      expect(new Set(server.spans.map(({ spanId }) => spanId)).size).toBe(spans);
      expect(exporter.stats()).toMatchObject({ received: spans, exported: spans, dropped: 0 });
    }
  }, 30_000);

  it('a shutdown while an export is under way loses nothing', async () => {
    const gate = openGate();
    const { server, exporter, provider, record } = await openPipeline([
      [readAll, gate.pass, reply(200)],
      ACCEPT,
    ]);
    record(512); // the processor exports a full batch at once
    await until('the first request', () => server.requests === 1);
    record(3);

    const shutdown = provider.shutdown();
    gate.open();
    await shutdown;

    expect(server.spans).toHaveLength(515);
    expect(exporter.stats()).toMatchObject({ received: 515, exported: 515 });
    await until('no socket', () => server.open === 0);
  });

  it('a shutdown with an Agent that hangs while an export is under way keeps to the grace', async () => {
    const { server, exporter, provider, record } = await openPipeline([[readAll, stall]]);
    record(512);
    await until('the first request', () => server.requests === 1);
    const millis = await millisOf(() => provider.shutdown());

    expect(millis).toBeLessThan(1_000 + 100);
    expect(exporter.stats()).toMatchObject({ droppedByReason: { shutdown: 512 } });
  });

  it('F18: a shutdown without an Agent ends when the retries do', async () => {
    const { provider, record, exporter } = providerOf(openExporter({ url: await refusedUrl() }));
    record(3);

    await expect(provider.shutdown()).rejects.toMatchObject({ kind: 'connect', attempts: 5 });

    expect(exporter.stats()).toMatchObject({ droppedByReason: { connect: 3 } });
  });
});
