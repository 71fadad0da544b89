// Owns the part of the contract about when spans have arrived, and what becomes of those that do not:
// flush, shutdown and the account, by every pipeline.

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { balancedStats, openPipeline, PIPELINES } from './pipelines.mjs';

/** What an export takes at most, by default. */
const TIMEOUT_MILLIS = 10_000;

const unanswered = () => new Promise(() => undefined);

for (const pipeline of PIPELINES) {
  const { burst, isWhole, name } = pipeline;

  describe(`spans by ${name}`, () => {
    it('have all arrived after a flush, each once', async (t) => {
      const { agent, exporter, record, drain } = await openPipeline(t, pipeline);
      for (const round of [1, 2]) {
        record(burst);

        await drain();

        assert.equal(new Set(agent.spans.map(({ spanId }) => spanId)).size, round * burst);
        assert.equal(agent.spans.length, round * burst);
        const { received, exported, buffered, inFlight } = balancedStats(exporter);
        assert.deepEqual([received, exported], [round * burst, round * burst]);
        assert.deepEqual([buffered, inFlight], [0, 0]);
      }
    });

    it('have all arrived after a shutdown, which may be repeated', async (t) => {
      const { agent, exporter, provider, record } = await openPipeline(t, pipeline);
      record(burst);

      await provider.shutdown();
      await provider.shutdown();
      await exporter.shutdown();

      assert.equal(agent.spans.length, burst);
      assert.equal(balancedStats(exporter).exported, burst);
    });

    it('are not sent when they end after the shutdown, and nothing fails', async (t) => {
      const { agent, exporter, provider, record, drain } = await openPipeline(t, pipeline);
      record(1);
      await provider.shutdown();

      record(2);
      await drain();

      assert.equal(agent.spans.length, 1);
      const { exported, buffered, inFlight } = balancedStats(exporter);
      assert.deepEqual({ exported, buffered, inFlight }, { exported: 1, buffered: 0, inFlight: 0 });
    });

    it('stand in one column of the account while the Agent has not answered', async (t) => {
      let answer;
      const respond = () => new Promise((resolve) => (answer = resolve));
      const { agent, exporter, record, drain } = await openPipeline(t, pipeline, { respond });
      record(1);
      const drained = drain();
      await agent.waitForRequests(1);

      const { received, exported, inFlight } = balancedStats(exporter);
      assert.deepEqual([received, exported, inFlight], [1, 0, 1]);
      answer();
      await drained;

      assert.equal(balancedStats(exporter).exported, 1);
    });

    it('arrive by themselves after the delay of the processor, again and again', async (t) => {
      const processor = { scheduledDelayMillis: 10 };
      const { agent, record } = await openPipeline(t, pipeline, { processor });
      for (const round of [1, 2, 3]) {
        record(2);

        const spans = await agent.waitForSpans(2 * round, { timeoutMillis: 15_000 });

        assert.equal(spans.length, 2 * round);
      }
    });

    it('are counted as rejected if the Agent rejects them, of which a flush tells', async (t) => {
      const respond = () => ({ status: 400 });
      const { exporter, provider, record } = await openPipeline(t, pipeline, { respond });
      record(3);

      const [{ reason }] = await Promise.allSettled([provider.forceFlush()]);
      await Promise.allSettled([exporter.forceFlush()]);

      assert.deepEqual(balancedStats(exporter).droppedByReason, { rejected: 3 });
      if (isWhole) assert.equal([reason].flat()[0].kind, 'rejected');
    });

    it('do not hold up a shutdown when the Agent hangs, and are counted as lost', async (t) => {
      const { exporter, provider, record } = await openPipeline(t, pipeline, {
        respond: unanswered,
        // Under a processor of the SDK, nothing but the time-out of the export bounds the shutdown.
        exporter: { graceMillis: 100, ...(isWhole ? {} : { timeoutMillis: 300 }) },
      });
      record(3);
      const start = performance.now();

      const [{ status }] = await Promise.allSettled([provider.shutdown()]);
      await exporter.shutdown();

      assert.ok(performance.now() - start < TIMEOUT_MILLIS);
      if (isWhole) assert.equal(status, 'fulfilled');
      const { dropped, buffered, inFlight } = balancedStats(exporter);
      assert.deepEqual({ dropped, buffered, inFlight }, { dropped: 3, buffered: 0, inFlight: 0 });
    });
  });
}
