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

const createProcessor = (exporter) => batch(exporter);

/** `burst` is a number of spans that exceeds a batch, where there are batches. */
export const PIPELINES = [
  { name: 'SimpleSpanProcessor', burst: 20, processorOf: simple },
  { name: 'BatchSpanProcessor', burst: 700, processorOf: batch },
  {
    name: 'ForkSafeSpanProcessor',
    burst: 700,
    processorOf: (exporter) => new ForkSafeSpanProcessor({ exporter, createProcessor }),
  },
  {
    name: 'DatadogBatchSpanProcessor',
    burst: 700,
    processorOf: (exporter) => new DatadogBatchSpanProcessor({ exporter }),
  },
];

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
  const exporter = new DatadogSpanExporter(options);
  test.after(() => exporter.shutdown({ graceMillis: 0 }));
  return exporter;
}

/**
 * `provider` is the configuration of the provider, `neighbours` are processors before the one under
 * test, `respond` is what the Agent answers, `exporter` the further options of the exporter.
 */
export async function openPipeline(test, { processorOf }, config = {}) {
  const agent = await openAgent(test, config.respond);
  const exporter = openExporter(test, { url: agent.url, ...config.exporter });
  const spanProcessors = [...(config.neighbours ?? []), processorOf(exporter)];
  const provider = newProvider({ ...config.provider, spanProcessors });
  const tracer = provider.getTracer('contract', '1.2.3');
  const record = (spans) => {
    for (let index = 0; index < spans; index++) tracer.startSpan('work', { root: true }).end();
  };
  const drain = async () => {
    await provider.forceFlush();
    // Those of the SDK do not wait for an export that is already under way.
    await exporter.forceFlush();
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
