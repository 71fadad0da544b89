// Owns the proof of what docs/mapping.md says of trace metrics: what the Agent counts of a trace depends on
// whether it goes out in one payload.

import { ROOT_CONTEXT, trace } from '@opentelemetry/api';
import { describe, expect, inject, it } from 'vitest';
import { DatadogSpanExporter, type ReadableSpan } from '../src/index.js';
import { exportSpans } from '../test/support/exports.js';
import { recordSpans } from '../test/support/spans.js';
import { AgentProcess } from './agent-process.js';

const program = inject('agentProgram');

/** An internal span of which the parent is an internal span as well, the child first. */
function recordedTrace(): readonly ReadableSpan[] {
  return recordSpans((tracer) => {
    const parent = tracer.startSpan('parent');
    tracer.startSpan('child', {}, trace.setSpan(ROOT_CONTEXT, parent)).end();
    parent.end();
  });
}

describe.skipIf(program === '')('a trace of internal spans', () => {
  it.each([
    ['in one payload counts by its root', (spans: readonly ReadableSpan[]) => [spans], ['parent']],
    [
      'in two payloads counts by the roots of both',
      (spans: readonly ReadableSpan[]) => spans.map((span) => [span]),
      ['child', 'parent'],
    ],
  ])('%s', async (_, batchesOf, counted) => {
    await using agent = await AgentProcess.start(program);
    const exporter = new DatadogSpanExporter({ url: agent.tcpUrl });

    for (const batch of batchesOf(recordedTrace())) {
      expect(await exportSpans(exporter, batch)).toEqual({ code: 0 });
    }
    await exporter.shutdown();
    await agent.flush();

    const groups = (await agent.stats()).flatMap(({ buckets }) =>
      buckets.flatMap((bucket) => bucket.groups),
    );
    expect(groups.map(({ resource }) => resource).toSorted()).toEqual(counted);
  });
});
