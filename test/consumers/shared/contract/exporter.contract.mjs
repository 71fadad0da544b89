// Owns the part of the contract about the exporter itself: what a processor that calls it directly is
// told of the spans of this SDK line, and how often.

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { inspect } from 'node:util';
import { DatadogExportError } from 'opentelemetry-exporter-datadog-agent';
import { ExportResultCode, newProvider } from '../sdk.mjs';
import { balancedStats, neighbour, openAgent, openExporter } from './pipelines.mjs';

/** Enough to show all that a span of this SDK line consists of. */
const SPAN_DEPTH = 9;
/** Turns of the event loop in which a second callback would show. */
const TURNS = 20;

/** So many spans as the SDK hands them over. */
function endedSpans(count) {
  const spans = [];
  const processor = neighbour({ onEnd: (span) => spans.push(span) });
  const tracer = newProvider({ spanProcessors: [processor] }).getTracer('contract');
  for (let index = 0; index < count; index++) tracer.startSpan('work', { root: true }).end();
  return spans;
}

/** All results that one export has called back with when it is long settled. */
async function resultsOf(exporter, spans) {
  const results = [];
  await new Promise((resolve) => {
    exporter.export(spans, (result) => {
      results.push(result);
      resolve();
    });
    assert.deepEqual(results, [], 'called back before export() returned');
  });
  for (let turn = 0; turn < TURNS; turn++) await nextTurn();
  return results;
}

async function openBoth(test, respond, options) {
  const agent = await openAgent(test, respond);
  return { agent, exporter: openExporter(test, { url: agent.url, ...options }) };
}

describe('export()', () => {
  it('calls back once with success when the Agent has taken the spans', async (t) => {
    const { agent, exporter } = await openBoth(t);

    const results = await resultsOf(exporter, endedSpans(3));

    assert.deepEqual(results, [{ code: ExportResultCode.SUCCESS }]);
    assert.equal(agent.spans.length, 3);
  });

  it('calls back once with failure when the Agent has refused them', async (t) => {
    const { exporter } = await openBoth(t, () => ({ status: 400 }));

    const [{ code, error }, ...more] = await resultsOf(exporter, endedSpans(3));

    assert.deepEqual([code, more], [ExportResultCode.FAILED, []]);
    assert.ok(error instanceof DatadogExportError);
    assert.deepEqual([error.kind, error.status, error.lostSpans], ['rejected', 400, 3]);
  });

  it('calls back once with success after a retry', async (t) => {
    let answers = 0;
    const respond = () => (answers++ === 0 ? { status: 503 } : undefined);
    const { agent, exporter } = await openBoth(t, respond);

    const results = await resultsOf(exporter, endedSpans(2));

    assert.deepEqual(results, [{ code: ExportResultCode.SUCCESS }]);
    assert.equal(agent.requests.length, 2);
    assert.equal(agent.spans.length, 2);
  });

  it('calls back once with failure after the shutdown, and sends nothing', async (t) => {
    const { agent, exporter } = await openBoth(t);
    await exporter.shutdown();

    const [{ code, error }, ...more] = await resultsOf(exporter, endedSpans(2));

    assert.deepEqual([code, more], [ExportResultCode.FAILED, []]);
    assert.equal(error.kind, 'shutdown');
    assert.deepEqual(agent.requests, []);
    assert.deepEqual(balancedStats(exporter).droppedByReason, { shutdown: 2 });
  });

  it('calls back once with failure when a shutdown cuts it off', async (t) => {
    const { agent, exporter } = await openBoth(t, () => new Promise(() => undefined));
    const exported = resultsOf(exporter, endedSpans(2));
    await agent.waitForRequests(1);

    await exporter.shutdown({ graceMillis: 0 });

    const [{ code, error }, ...more] = await exported;
    assert.deepEqual([code, error.kind, more], [ExportResultCode.FAILED, 'shutdown', []]);
    assert.deepEqual(balancedStats(exporter).droppedByReason, { shutdown: 2 });
  });

  it('calls back once with success for no spans, and sends nothing', async (t) => {
    const { agent, exporter } = await openBoth(t);

    assert.deepEqual(await resultsOf(exporter, []), [{ code: ExportResultCode.SUCCESS }]);
    assert.deepEqual(agent.requests, []);
  });

  it('leaves the spans as they are', async (t) => {
    const { exporter } = await openBoth(t);
    const spans = endedSpans(2);
    const shown = () => spans.map((span) => inspect(span, { depth: SPAN_DEPTH, showHidden: true }));
    const before = shown();

    await resultsOf(exporter, spans);

    assert.deepEqual(shown(), before);
  });
});

describe('forceFlush()', () => {
  it('waits for exports that are under way', async (t) => {
    const { agent, exporter } = await openBoth(t);
    const settled = [];
    for (const spans of [endedSpans(1), endedSpans(2)]) {
      exporter.export(spans, (result) => settled.push(result.code));
    }

    await exporter.forceFlush();

    assert.deepEqual(settled, [ExportResultCode.SUCCESS, ExportResultCode.SUCCESS]);
    assert.equal(agent.spans.length, 3);
  });

  it('resolves with nothing to wait for, before and after a shutdown', async (t) => {
    const { exporter, agent } = await openBoth(t);

    assert.equal(await exporter.forceFlush(), undefined);
    await exporter.shutdown();
    assert.equal(await exporter.forceFlush(), undefined);

    assert.equal(agent.requests.length, 0);
  });
});

describe('shutdown()', () => {
  it('lets exports that are under way arrive', async (t) => {
    const { agent, exporter } = await openBoth(t);
    const exported = resultsOf(exporter, endedSpans(3));

    await Promise.all([exporter.shutdown(), exporter.shutdown()]);

    assert.deepEqual(await exported, [{ code: ExportResultCode.SUCCESS }]);
    assert.equal(agent.spans.length, 3);
  });
});
