import { setImmediate as nextTurn } from 'node:timers/promises';
import { BatchSpanProcessor } from '@opentelemetry/sdk-trace-base';
import { expect, it } from 'vitest';
import { afterForkInChild } from '../../src/fork.js';
import type { DatadogSpanExporter } from '../../src/index.js';
import { openExporter } from '../support/exporters.js';
import { exportSpans } from '../support/exports.js';
import { openPipeline, type Pipeline } from '../support/pipelines.js';
import { openScriptedAgent } from '../support/scripted-agent.js';
import { seededRandom } from '../support/seeded-random.js';
import { makeSpans } from '../support/spans.js';
import { until } from '../support/until.js';

const GENERATIONS = 15;
/** Spans that are under way for certain when a generation ends. */
const SENDING = 5;
const OPTIONS = { scheduledDelayMillis: 20, maxQueueSize: 100_000 };

/** Spans on both ways, and turns for some of them to arrive; returns how many spans. */
async function load(
  exporter: DatadogSpanExporter,
  { record }: Pipeline,
  next: (limit: number) => number,
): Promise<number> {
  const [direct, recorded] = [next(300), next(700)];
  void exportSpans(exporter, makeSpans(direct));
  record(recorded);
  for (let turns = next(20); turns > 0; turns--) await nextTurn();
  return direct + recorded;
}

it.each(['tcp', 'unix'] as const)(
  `each span is sent once at most over %s, and accounted for, in ${GENERATIONS} generations under load`,
  async (over) => {
    const agent = await openScriptedAgent(over);
    const exporter = openExporter({ url: agent.url });
    const pipeline = openPipeline(exporter, {
      createProcessor: (to) => new BatchSpanProcessor(to, OPTIONS),
    });
    const next = seededRandom(7).below;
    let handedOver = 0;
    let exportedBefore = 0;

    for (let generation = 0; generation < GENERATIONS; generation++) {
      for (let rounds = next(6); rounds >= 0; rounds--) {
        handedOver += await load(exporter, pipeline, next);
      }
      if (generation % 2 === 0) await pipeline.processor.forceFlush();
      exportedBefore += exporter.stats().exported;
      handedOver += SENDING;
      void exportSpans(exporter, makeSpans(SENDING));
      afterForkInChild();
    }
    pipeline.record(1_000);
    await pipeline.processor.forceFlush();

    const { received, exported, inherited } = exporter.stats();
    expect([received, exported]).toEqual([1_000, 1_000]);
    const ofExporters = exportedBefore + inherited;
    await until(
      'the timers of inherited processors',
      () => ofExporters + pipeline.processor.inherited === handedOver,
    );
    expect(exportedBefore).toBeGreaterThan(0);
    expect(inherited).toBeGreaterThanOrEqual(GENERATIONS * SENDING);
    expect(new Set(agent.spans.map(({ spanId }) => spanId)).size).toBe(agent.spans.length);
  },
);
