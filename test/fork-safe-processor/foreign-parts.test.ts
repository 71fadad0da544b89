import { expect, it } from 'vitest';
import type { DrainableExporter } from '../../src/index.js';
import { captureDiag } from '../support/diag-log.js';
import { openExporter } from '../support/exporters.js';
import { bareProcessor, openPipeline } from '../support/pipelines.js';
import { openScriptedAgent } from '../support/scripted-agent.js';
import { makeSpan } from '../support/spans.js';
import { lateProcessor } from './late-processor.js';

captureDiag();

it('a flush waits for what comes late behind a span whose processor threw once it had it', async () => {
  const agent = await openScriptedAgent();
  const exporter = openExporter({ url: agent.url });
  const { processor, record } = openPipeline(exporter, {
    createProcessor: (to) => {
      const late = lateProcessor(to, () => Promise.resolve());
      let onEnd: typeof late.onEnd = (span) => {
        onEnd = (next) => late.onEnd(next);
        to.export([span], () => undefined);
        throw new Error('afterwards');
      };
      return bareProcessor({
        onEnd: (span) => onEnd(span),
        forceFlush: () => late.forceFlush(),
      });
    },
  });
  record(2);

  await processor.forceFlush();

  expect(exporter.stats()).toMatchObject({ received: 2, exported: 2, inFlight: 0 });
});

it('a flush rejects also if another exporter says only that it failed', async () => {
  const exporter: DrainableExporter = {
    export: (_spans, callback) => callback({ code: 1 }),
    shutdown: () => Promise.resolve(),
  };
  const { processor, record } = openPipeline(exporter, {
    createProcessor: (to) =>
      bareProcessor({
        forceFlush: async () => to.export([makeSpan()], () => undefined),
      }),
  });
  record(1);

  await expect(processor.forceFlush()).rejects.toThrow('the exporter failed and gave no reason');
});
