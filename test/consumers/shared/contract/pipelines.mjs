// Owns the ways in which the spans of an SDK come to the exporter, each with an Agent behind it, for
// the length of one test. Says nothing of what must become of the spans.

import assert from 'node:assert/strict';
import {
  DatadogBatchSpanProcessor,
  DatadogSpanExporter,
  ForkSafeSpanProcessor,
} from 'opentelemetry-exporter-datadog-agent';
import { startDevAgent } from 'opentelemetry-exporter-datadog-agent/dev-agent';
import { batch, newProvider, simple } from '../sdk.mjs';

/**
 * `burst` is a number of spans that exceeds a batch, where there are batches; `isWhole` says that a
 * flush of the provider reaches the exporter, which it does with the processors of this package.
 */
export const PIPELINES = [
  { name: 'SimpleSpanProcessor', burst: 20, isWhole: false, processorOf: simple },
  { name: 'BatchSpanProcessor', burst: 700, isWhole: false, processorOf: batch },
  {
    name: 'ForkSafeSpanProcessor',
    burst: 700,
    isWhole: true,
    processorOf: (exporter, config) => {
      return new ForkSafeSpanProcessor({ exporter, createProcessor: (to) => batch(to, config) });
    },
  },
  {
    name: 'DatadogBatchSpanProcessor',
    burst: 700,
    isWhole: true,
    processorOf: (exporter, config) => new DatadogBatchSpanProcessor({ exporter, ...config }),
  },
];

/** For an Agent that answers, also on a machine that is busy with other things. */
const UNHURRIED = { graceMillis: 15_000 };

/** An Agent that is closed after the test, and fails it for a payload that breaks a rule. */
export async function openAgent(test, respond) {
  const agent = await startDevAgent({ respond });
  test.after(async () => {
    await agent.close();
    assert.deepEqual(agent.violations, []);
  });
  return agent;
}

export function openExporter(test, options) {
  const exporter = new DatadogSpanExporter({ ...UNHURRIED, ...options });
  test.after(() => exporter.shutdown({ graceMillis: 0 }));
  return exporter;
}

/**
 * `provider`, `processor` and `exporter` are further options of these, `neighbours` are processors
 * before the one under test, and `respond` is what the Agent answers.
 */
export async function openPipeline(test, { processorOf, isWhole }, config = {}) {
  const agent = await openAgent(test, config.respond);
  const exporter = openExporter(test, { url: agent.url, ...config.exporter });
  const spanProcessors = [...(config.neighbours ?? []), processorOf(exporter, config.processor)];
  const provider = newProvider({ ...config.provider, spanProcessors });
  const tracer = provider.getTracer('contract', '1.2.3');
  const record = (spans) => {
    for (let index = 0; index < spans; index++) tracer.startSpan('work', { root: true }).end();
  };
  const drain = async () => {
    await provider.forceFlush();
    // The processors of the SDK do not wait for an export that is already under way.
    if (!isWhole) await exporter.forceFlush();
  };
  return { agent, exporter, provider, tracer, record, drain };
}

/** A processor that does nothing but what is given. */
export function neighbour(methods) {
  return {
    onStart: () => undefined,
    onEnd: () => undefined,
    forceFlush: () => Promise.resolve(),
    shutdown: () => Promise.resolve(),
    ...methods,
  };
}

/** @returns the account, every span of which stands in exactly one column. */
export function balancedStats(exporter) {
  const stats = exporter.stats();
  const { received, exported, dropped, droppedByReason, buffered, inFlight } = stats;
  const reasons = Object.values(droppedByReason).reduce((sum, spans) => sum + spans, 0);
  assert.equal(received, exported + dropped + buffered + inFlight, JSON.stringify(stats));
  assert.equal(dropped, reasons, JSON.stringify(stats));
  return stats;
}
