// Counts the spans that are lost when an Agent goes away for a time: the SDK's processor and this
// package's exporter as they are, in virtual time.

import { BasicTracerProvider, BatchSpanProcessor } from '@opentelemetry/sdk-trace-node';
import { DatadogSpanExporter } from '../../dist/index.js';
import { AbsentAgent } from './absent-agent.mjs';
import { advance } from './virtual-time.mjs';

/** Spans end in bursts of at most so many a second. */
const BURSTS_PER_SECOND = 100;
/** Enough for every export to come to its end. */
const AFTERWARDS_MILLIS = 120_000;

/**
 * @param {{ perSecond: number, awayMillis: number, beforeMillis: number }} outage `beforeMillis` is the
 * time from the first span to the moment at which the Agent goes away.
 * @param {{ exporter?: object, processor?: object }} options Of the exporter and of the processor.
 */
export async function lostIn({ perSecond, awayMillis, beforeMillis }, options) {
  const agent = new AbsentAgent();
  await agent.comeBack();
  const exporter = new DatadogSpanExporter({ url: agent.url, ...options.exporter });
  const processor = new BatchSpanProcessor(exporter, options.processor);
  const provider = new BasicTracerProvider({ spanProcessors: [processor] });
  await warmUp(provider);

  const spans = beginSpans(provider, perSecond);
  await advance(beforeMillis);
  await agent.leave();
  await advance(awayMillis);
  await agent.comeBack();
  spans.stop();
  void provider.forceFlush().catch(() => undefined);
  await advance(AFTERWARDS_MILLIS);

  const { exported } = exporter.stats();
  await exporter.shutdown();
  await agent[Symbol.asyncDispose]();
  return 1 + spans.ended - exported;
}

/** Exports a span, because the first export loads undici, which virtual time does not wait for. */
async function warmUp(provider) {
  provider.getTracer('rollout').startSpan('first').end();
  await provider.forceFlush();
}

function beginSpans(provider, perSecond) {
  const tracer = provider.getTracer('rollout');
  const perBurst = Math.max(perSecond / BURSTS_PER_SECOND, 1);
  const pauseMillis = (1_000 * perBurst) / perSecond;
  const spans = { ended: 0, stop: () => clearTimeout(timer) };
  let timer = setTimeout(burst, pauseMillis);
  return spans;

  function burst() {
    for (let count = 0; count < perBurst; count++) tracer.startSpan('work').end();
    spans.ended += perBurst;
    timer = setTimeout(burst, pauseMillis);
  }
}
