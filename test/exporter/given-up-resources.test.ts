import { resourceFromAttributes } from '@opentelemetry/resources';
import { expect, it } from 'vitest';
import { afterForkInChild } from '../../src/fork.js';
import type { DatadogSpanExporter, ReadableSpan } from '../../src/index.js';
import { openProcessor } from '../support/batch-processors.js';
import { captureDiag } from '../support/diag-log.js';
import { openExporter } from '../support/exporters.js';
import { openScriptedAgent } from '../support/scripted-agent.js';
import { makeSpan } from '../support/spans.js';
import { millisOf } from '../support/wall-time.js';

captureDiag();

type End = (span: ReadableSpan) => void;

const PIPELINES: readonly [name: string, open: (exporter: DatadogSpanExporter) => End][] = [
  ['an exporter', (exporter) => (span) => exporter.export([span], () => undefined)],
  [
    'a DatadogBatchSpanProcessor',
    (exporter) => {
      const processor = openProcessor(exporter);
      return (span) => processor.onEnd(span);
    },
  ],
];

it.each(PIPELINES)(
  'H20: %s waits once for attributes that do not come, and takes them when they do',
  async (_name, open) => {
    const agent = await openScriptedAgent();
    const exporter = openExporter({ url: agent.url });
    const end = open(exporter);
    let detect: (host: string) => void = () => undefined;
    const host = new Promise<string>((resolve) => {
      detect = resolve;
    });
    const resource = resourceFromAttributes({ 'service.name': 'shop', 'host.name': host });
    const endOne = (name: string): void => end(makeSpan({ name, resource }));

    endOne('first');
    await exporter.forceFlush();
    endOne('second');
    expect(await millisOf(() => exporter.forceFlush())).toBeLessThan(1_500);
    endOne('third');
    detect('web-1');
    await resource.waitForAsyncAttributes?.();
    endOne('fourth');
    await exporter.forceFlush();

    const complete = agent.spans.filter(({ meta }) => meta['host.name'] === 'web-1');
    expect(complete.map((span) => span.resource)).toEqual(['fourth']);
    expect(exporter.stats()).toMatchObject({ exported: 4, dropped: 0 });
  },
);

it.each(PIPELINES)('H20: %s waits for them again in a copy of the process', async (_name, open) => {
  const agent = await openScriptedAgent();
  const exporter = openExporter({ url: agent.url });
  const end = open(exporter);
  const resource = resourceFromAttributes({ 'host.name': new Promise<string>(() => undefined) });
  end(makeSpan({ resource }));
  await exporter.forceFlush();

  afterForkInChild();
  end(makeSpan({ resource }));
  const flush = exporter.forceFlush();

  expect(exporter.stats()).toMatchObject({ received: 1, buffered: 1, inFlight: 0 });
  await exporter.shutdown({ graceMillis: 0 });
  await expect(flush).rejects.toMatchObject({ kind: 'shutdown' });
});
