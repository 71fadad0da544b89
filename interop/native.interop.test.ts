// Owns the proof that the Agent's own code takes our payloads as they are: over both transports,
// nothing dropped, nothing repaired, counted once.

import { SpanKind } from '@opentelemetry/api';
import type { ReadableSpan } from '@opentelemetry/sdk-trace-base';
import { afterAll, beforeAll, beforeEach, describe, expect, inject, it } from 'vitest';
import { DatadogSpanExporter } from '../src/index.js';
import { exportSpans } from '../test/support/exports.js';
import { AgentProcess } from './agent-process.js';
import { seededRandom } from '../test/support/seeded-random.js';
import type { AgentSpan } from './received.js';
import { recordTrace } from './recipe.js';
import { LINKED_TRACE_ID, shapes, TRACE_ID } from './spans-of-all-shapes.js';

const RATES_MILLIS = 20_000;
const PAYLOADS = 'datadog.trace_agent.receiver.payload_accepted';
/** What the Agent counts when it throws away or repairs. */
const LOSSES = /\.normalizer\.|dropped|refused|timeout|filtered|rejected|errors$|retries$/u;

const program = inject('agentProgram');
const random = seededRandom(7);
const traces = shapes.map((shape) => recordTrace(shape, random).map(({ span }) => span));
const spans = traces.flat();

describe.skipIf(program === '').each<[string, readonly string[], 'tcpUrl' | 'socketUrl']>([
  ['the current Agent over TCP', [], 'tcpUrl'],
  ['the current Agent over a Unix socket', [], 'socketUrl'],
  ['an Agent that does not convert v0.4, over TCP', ['disable-convert-traces'], 'tcpUrl'],
])('%s', (_, features, url) => {
  let agent: AgentProcess;

  beforeAll(async () => {
    agent = await AgentProcess.start(program, { features });
  });

  beforeEach(async () => {
    await agent.reset();
  });

  afterAll(async () => {
    await agent[Symbol.asyncDispose]();
  });

  /** One export for each trace, as each has an OTel resource of its own. */
  async function send(batches: readonly (readonly ReadableSpan[])[]): Promise<void> {
    await using exporter = new DatadogSpanExporter({ url: agent[url] });
    for (const batch of batches) expect(await exportSpans(exporter, batch)).toEqual({ code: 0 });
    await exporter.shutdown();
    await agent.flush();
  }

  async function receivedSpans(): Promise<readonly AgentSpan[]> {
    const payloads = await agent.received();
    return payloads.flatMap((payload) => payload.chunks.flatMap((chunk) => chunk.spans));
  }

  async function counted(name: string): Promise<number> {
    const counters = await agent.counters();
    return sum(counters.filter((counter) => counter.name === name).map(({ value }) => value));
  }

  it('keeps every span, with ids and times to the nanosecond', async () => {
    await send(traces);
    const received = await receivedSpans();

    expect(received.map(identity).toSorted()).toEqual(spans.map(expectedIdentity).toSorted());
  });

  it('drops and repairs nothing', async () => {
    await send(traces);
    const losses = (await agent.counters()).filter(({ name }) => LOSSES.test(name));

    expect(losses).toEqual([]);
    expect(await counted('datadog.trace_agent.receiver.spans_received')).toBe(spans.length);
    expect(await counted(PAYLOADS)).toBe(traces.length);
  });

  it('keeps every trace by the decision of the SDK', async () => {
    await send(traces);
    const chunks = (await agent.received()).flatMap((payload) => payload.chunks);

    expect(chunks).toHaveLength(traces.length);
    expect(new Set(chunks.map(({ priority }) => priority))).toEqual(new Set([1]));
    expect(chunks.filter(({ droppedTrace }) => droppedTrace)).toEqual([]);
  });

  it('counts every span once that it has statistics for', async () => {
    await send(traces);
    const payloads = await agent.stats();
    const groups = payloads.flatMap(({ buckets }) => buckets.flatMap((bucket) => bucket.groups));
    const eligible = spans.filter((span) => span.kind !== SpanKind.INTERNAL || isTopLevel(span));

    expect(sum(groups.map(({ hits }) => hits))).toBe(eligible.length);
    expect(sum(groups.map(({ topLevelHits }) => topLevelHits))).toBe(traces.length);
    expect(sum(groups.map(({ errors }) => errors))).toBe(1);
    expect(payloads.filter(({ clientComputed }) => clientComputed)).toEqual([]);
  });

  it('knows service, env, version and the whole trace id', async () => {
    await send(traces);
    const payload = (await agent.received()).find(({ env }) => env === 'prod');
    const root = (await receivedSpans()).find(({ name }) => name === 'http.server.request');

    expect(payload).toMatchObject({ appVersion: '1.2.3', languageName: 'nodejs' });
    expect(root).toMatchObject({
      service: 'shop',
      resource: 'GET /carts/{id}',
      type: 'web',
      error: 1,
      meta: { 'otel.trace_id': TRACE_ID, env: 'prod', version: '1.2.3', 'span.kind': 'server' },
    });
  });

  it('reads links as links, and events as JSON', async () => {
    await send(traces);
    const root = (await receivedSpans()).find(({ name }) => name === 'http.server.request');
    const events: unknown = JSON.parse(root?.meta['events'] ?? '');

    expect(root?.links).toMatchObject([
      {
        traceIdHigh: String(BigInt(`0x${LINKED_TRACE_ID.slice(0, 16)}`)),
        traceId: String(BigInt(`0x${LINKED_TRACE_ID.slice(16)}`)),
        spanId: String(0xab_cd_ef_01_23_45_67_89n),
        attributes: { reason: 'a "quoted" one' },
      },
    ]);
    expect(events).toMatchObject([
      { name: 'exception', attributes: { 'exception.type': 'Boom', 'exception.message': 'bang' } },
      { name: 'retry', attributes: { attempt: 2, backoff: 0.5, last: false } },
    ]);
  });

  it('takes a batch of many payloads', async () => {
    const many = Array.from({ length: 300 }, () => recordTrace(shapes[0] ?? missing(), random));
    const batch = many.flatMap((trace) => trace.map(({ span }) => span));
    await using exporter = new DatadogSpanExporter({ url: agent[url], maxPayloadBytes: 65_536 });

    expect(await exportSpans(exporter, batch)).toEqual({ code: 0 });
    await exporter.shutdown();
    await agent.flush();

    expect(await receivedSpans()).toHaveLength(batch.length);
    expect(await counted(PAYLOADS)).toBeGreaterThan(1);
    expect((await agent.counters()).filter(({ name }) => LOSSES.test(name))).toEqual([]);
  });

  it('tells its sampling rates', async () => {
    await using exporter = new DatadogSpanExporter({ url: agent[url] });
    const deadline = performance.now() + RATES_MILLIS;
    // The Agent answers before it counts, so that a later reply has the rates.
    while (exporter.sampleRates['service:shop,env:prod'] === undefined) {
      if (performance.now() > deadline) throw new Error('no rates in any reply');
      await exportSpans(exporter, traces[0] ?? []);
    }

    expect(exporter.sampleRates).toMatchObject({ 'service:shop,env:prod': 1, 'service:,env:': 1 });
  });
});

describe.skipIf(program === '')('what is counted', () => {
  it('has a reason for what the Agent drops or repairs, so that silence means something', async () => {
    await using agent = await AgentProcess.start(program);
    const good = { service: 'shop', name: 'op', resource: 'r', trace_id: 1, span_id: 1, error: 0 };
    const times = { start: 1_760_000_000_000_000_000, duration: 1 };
    const chunks = [
      [{ ...good, ...times, span_id: 0 }],
      [{ ...good, ...times, trace_id: 2, service: '%$^' }],
      [{ ...good, ...times, trace_id: 3, start: 5 }],
    ];
    await fetch(`${agent.tcpUrl}/v0.4/traces`, {
      method: 'PUT',
      headers: { 'Content-Type': 'application/json', 'X-Datadog-Trace-Count': '3' },
      body: JSON.stringify(chunks),
    });
    await agent.flush();
    const losses = (await agent.counters()).filter(({ name }) => LOSSES.test(name));
    const reasons = losses.flatMap(({ tags }) => tags.filter((tag) => tag.startsWith('reason:')));

    expect(reasons.toSorted()).toEqual([
      'reason:invalid_start_date',
      'reason:service_invalid',
      'reason:span_id_zero',
    ]);
  });
});

function missing(): never {
  throw new Error('there are no shapes');
}

function isTopLevel(span: ReadableSpan): boolean {
  return span.parentSpanContext === undefined || span.parentSpanContext.isRemote === true;
}

function identity({ traceId, spanId, parentId, start, duration }: AgentSpan): string {
  return [traceId, spanId, parentId, start, duration].join(' ');
}

function expectedIdentity(span: ReadableSpan): string {
  const { traceId, spanId } = span.spanContext();
  const ids = [traceId.slice(16), spanId, span.parentSpanContext?.spanId ?? '0'];
  const duration = nanos(span.endTime) - nanos(span.startTime);
  const times = [nanos(span.startTime), duration < 0n ? 0n : duration];
  return [...ids.map((id) => BigInt(`0x${id}`)), ...times].join(' ');
}

function nanos([seconds, rest]: readonly [number, number]): bigint {
  return BigInt(seconds) * 1_000_000_000n + BigInt(rest);
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
