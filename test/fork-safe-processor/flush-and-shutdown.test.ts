import { describe, expect, it } from 'vitest';
import type { Resource } from '../../src/index.js';
import { captureDiag } from '../support/diag-log.js';
import { openExporter } from '../support/exporters.js';
import { openFaultServer } from '../support/fault-server.js';
import { readAll, stall } from '../support/fault-steps.js';
import { openGate } from '../support/gate.js';
import { openPipeline } from '../support/pipelines.js';
import { openScriptedAgent } from '../support/scripted-agent.js';
import { makeSpan, NEVER_READY } from '../support/spans.js';
import { millisOf } from '../support/wall-time.js';

captureDiag();

describe('forceFlush of a ForkSafeSpanProcessor that is shut down', () => {
  it('settles with the shutdown once that has begun', async () => {
    const server = await openFaultServer({ scripts: [[readAll, stall]] });
    const { processor, record } = openPipeline(openExporter({ url: server.url }));
    record(1);

    const shutdown = processor.shutdown({ graceMillis: 50 });

    await expect(processor.forceFlush()).rejects.toMatchObject({ kind: 'shutdown', lostSpans: 1 });
    await shutdown;
    await expect(processor.forceFlush()).resolves.toBeUndefined();
  });

  it('waits as the shutdown does for attributes that are pending', async () => {
    const agent = await openScriptedAgent();
    const gate = openGate();
    const resource: Resource & { asyncAttributesPending: boolean } = {
      attributes: {},
      asyncAttributesPending: true,
      waitForAsyncAttributes: async () => {
        await gate.pass();
        resource.asyncAttributesPending = false;
      },
    };
    const exporter = openExporter({ url: agent.url });
    const { processor } = openPipeline(exporter);
    processor.onEnd(makeSpan({ resource }));

    const shutdown = processor.shutdown({ graceMillis: 10_000 });
    const flush = processor.forceFlush().then(() => exporter.stats());
    gate.open();

    expect(await flush).toMatchObject({ received: 1, exported: 1 });
    await shutdown;
  });

  it('ends with the grace, and says what was still held', async () => {
    const { processor } = openPipeline(openExporter({}));
    processor.onEnd(makeSpan({ resource: NEVER_READY }));
    const flush = processor.forceFlush({ timeoutMillis: 60_000 });
    const outcome = flush.catch((error: unknown) => error);

    await processor.shutdown({ graceMillis: 50 });

    expect(await millisOf(() => outcome)).toBeLessThan(2_000);
    expect(await outcome).toMatchObject({
      kind: 'shutdown',
      lostSpans: 1,
      message:
        'forceFlush failed: the span processor was shut down and still held up to 1 span; they are lost',
    });
    await expect(processor.forceFlush()).resolves.toBeUndefined();
  });
});
