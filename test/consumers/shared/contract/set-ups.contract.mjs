// Owns the part of the contract about applications: with each set-up that the SDK line offers and the
// tracer of the API, spans arrive by the time the set-up is shut down, and not twice.

import assert from 'node:assert/strict';
import { afterEach, describe, it } from 'node:test';
import { context, diag, propagation, trace } from '@opentelemetry/api';
import { SET_UPS } from '../sdk.mjs';
import { balancedStats, openAgent, openExporter, PIPELINES } from './pipelines.mjs';

/**
 * All but the SimpleSpanProcessor: with attributes of the resource still to come, as they are when a
 * NodeSDK has just started, that shuts the exporter down first and hands its spans over afterwards.
 */
const BATCHING = PIPELINES.filter(({ name }) => name !== 'SimpleSpanProcessor');

afterEach(() => {
  for (const api of [trace, context, propagation, diag]) api.disable();
});

for (const { name, start } of SET_UPS) {
  describe(`an application with ${name}`, () => {
    for (const { name: processor, processorOf } of BATCHING) {
      it(`delivers its spans by ${processor}`, async (t) => {
        const agent = await openAgent(t);
        const exporter = openExporter(t, { url: agent.url, service: 'tea-shop' });
        const setUp = start([processorOf(exporter)]);
        const tracer = trace.getTracer('application');
        await tracer.startActiveSpan('outer', async (outer) => {
          await Promise.resolve();
          tracer.startActiveSpan('inner', (inner) => inner.end());
          outer.end();
        });

        await setUp.shutdown();

        const [inner, outer] = agent.spans;
        assert.deepEqual([inner.resource, outer.resource], ['inner', 'outer']);
        assert.equal(inner.parentId, outer.spanId);
        assert.deepEqual([inner.service, outer.service], ['tea-shop', 'tea-shop']);
        assert.equal(agent.spans.length, 2);
        assert.equal(balancedStats(exporter).exported, 2);
      });
    }
  });
}
