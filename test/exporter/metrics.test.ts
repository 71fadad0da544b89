import type { MeterProvider as ApiMeterProvider } from '@opentelemetry/api';
import {
  AggregationTemporality,
  InMemoryMetricExporter,
  MeterProvider,
  PeriodicExportingMetricReader,
} from '@opentelemetry/sdk-metrics';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { afterForkInChild } from '../../src/fork.js';
import type { DatadogSpanExporterOptions } from '../../src/index.js';
import { captureDiag } from '../support/diag-log.js';
import { openExporter } from '../support/exporters.js';
import { exportSpans } from '../support/exports.js';
import { openFaultServer, type Script } from '../support/fault-server.js';
import { ACCEPT, answer, hangUp, readAll, stall } from '../support/fault-steps.js';
import { makeSpan, makeSpans } from '../support/spans.js';
import { until } from '../support/until.js';

const INFLIGHT = 'otel.sdk.exporter.span.inflight';
const EXPORTED = 'otel.sdk.exporter.span.exported';
const DURATION = 'otel.sdk.exporter.operation.duration';

/** Ends the connection instead of an answer. */
const CUT: Script = [readAll, hangUp];

const lines = captureDiag();
const providers: MeterProvider[] = [];

afterEach(async () => {
  await Promise.all(providers.splice(0).map((provider) => provider.shutdown()));
});

/** A true meter provider, and what it has collected by metric and `error.type`. */
function openMeters() {
  const exporter = new InMemoryMetricExporter(AggregationTemporality.CUMULATIVE);
  const reader = new PeriodicExportingMetricReader({ exporter, exportIntervalMillis: 60_000 });
  const provider = new MeterProvider({ readers: [reader] });
  providers.push(provider);
  const collect = async () => {
    exporter.reset();
    await reader.forceFlush();
    return exporter
      .getMetrics()
      .flatMap(({ scopeMetrics }) => scopeMetrics)
      .flatMap(({ scope, metrics }) =>
        metrics.flatMap(({ descriptor, dataPoints }) =>
          dataPoints.map(({ attributes, value }) => ({
            name: descriptor.name,
            unit: descriptor.unit,
            scope: scope.name,
            attributes,
            value,
          })),
        ),
      );
  };
  return { provider, collect };
}

/** NaN if it has none. */
function sumOf(value: unknown): number {
  const hasSum = typeof value === 'object' && value !== null && 'sum' in value;
  return hasSum ? Number(value.sum) : Number.NaN;
}

describe('the metrics of an exporter', () => {
  it('have names, units and attributes of the semantic conventions', async () => {
    const { provider, collect } = openMeters();
    const server = await openFaultServer({ scripts: [ACCEPT] });
    const exporter = openExporter({ url: server.url, selfObsMeterProvider: provider });

    const began = performance.now();
    await exportSpans(exporter, makeSpans(3));
    const seconds = (performance.now() - began) / 1_000;

    const points = await collect();
    const port = Number(new URL(server.url).port);
    expect(points).toHaveLength(3);
    for (const { attributes, scope } of points) {
      expect(scope).toBe('opentelemetry-exporter-datadog-agent');
      expect(attributes['otel.component.name']).toMatch(/^DatadogSpanExporter\/\d+$/);
      expect(attributes).toMatchObject({
        'otel.component.type': 'DatadogSpanExporter',
        'server.address': '127.0.0.1',
        'server.port': port,
      });
      expect(attributes).not.toHaveProperty('error.type');
    }
    expect(points).toMatchObject([
      { name: INFLIGHT, unit: '{span}', value: 0 },
      { name: EXPORTED, unit: '{span}', value: 3 },
      {
        name: DURATION,
        unit: 's',
        attributes: { 'http.response.status_code': 200 },
        value: { count: 1, buckets: { boundaries: [] } },
      },
    ]);
    expect(sumOf(points[2]?.value)).toBeGreaterThan(0);
    expect(sumOf(points[2]?.value)).toBeLessThanOrEqual(seconds);
  });

  it('name each exporter differently, and a Unix socket by its path', async () => {
    const { provider, collect } = openMeters();
    const server = await openFaultServer({ over: 'unix', scripts: [ACCEPT] });
    const options = { url: server.url, selfObsMeterProvider: provider };

    await exportSpans(openExporter(options), makeSpans(1));
    await exportSpans(openExporter(options), makeSpans(1));

    const points = (await collect()).filter(({ name }) => name === EXPORTED);
    const names = points.map(({ attributes }) => attributes['otel.component.name']);
    expect(new Set(names).size).toBe(2);
    for (const { attributes } of points) {
      expect(attributes['server.address']).toBe(server.url.slice('unix://'.length));
      expect(attributes).not.toHaveProperty('server.port');
    }
  });

  it('are none if the meter provider throws, now or after the heap was duplicated', async () => {
    const { provider } = openMeters();
    const server = await openFaultServer({ scripts: [ACCEPT] });
    const getMeter = vi.spyOn(provider, 'getMeter');
    const exporter = openExporter({ url: server.url, selfObsMeterProvider: provider });
    getMeter.mockImplementation(() => {
      throw new Error('no meters');
    });
    const another = openExporter({ url: server.url, selfObsMeterProvider: provider });

    afterForkInChild();

    expect(await exportSpans(exporter, makeSpans(1))).toEqual({ code: 0 });
    expect(await exportSpans(another, makeSpans(1))).toEqual({ code: 0 });
    expect(exporter.stats()).toMatchObject({ received: 1, exported: 1 });
    expect(new Set(lines)).toEqual(
      new Set(['selfObsMeterProvider failed, there are no metrics: no meters']),
    );
  });

  it('count spans while they are under way', async () => {
    const { provider, collect } = openMeters();
    const server = await openFaultServer({ scripts: [[readAll, stall]] });
    const exporter = openExporter({ url: server.url, selfObsMeterProvider: provider });

    void exportSpans(exporter, makeSpans(7));
    await until('the request', () => server.spans.length === 7);

    expect(await collect()).toMatchObject([{ name: INFLIGHT, value: 7 }]);
  });

  it('count nothing as under way any more where the heap was duplicated, nor as exported', async () => {
    const { provider, collect } = openMeters();
    const server = await openFaultServer({ scripts: [[readAll, stall]] });
    const exporter = openExporter({ url: server.url, selfObsMeterProvider: provider });
    const life = new AbortController();
    const ended = openExporter({
      url: server.url,
      selfObsMeterProvider: provider,
      signal: life.signal,
    });
    void exportSpans(exporter, makeSpans(7));
    void exportSpans(ended, makeSpans(5));
    await until('the requests', () => server.spans.length === 12);

    life.abort(); // the spans have not settled yet when the heap is duplicated
    afterForkInChild();
    server.play(ACCEPT);
    await exportSpans(exporter, makeSpans(2));

    const points = await collect();
    const inFlight = points.filter(({ name }) => name === INFLIGHT);
    expect(inFlight.map(({ value }) => value)).toEqual([0, 0, 0]);
    expect(points.filter(({ name }) => name === EXPORTED)).toMatchObject([{ value: 2 }]);
    expect(points.filter(({ name }) => name === DURATION)).toMatchObject([{ value: { count: 1 } }]);
  });

  it('count drops by reason, also those that fail no export', async () => {
    const { provider, collect } = openMeters();
    const server = await openFaultServer({ scripts: [ACCEPT, answer(400)] });
    const exporter = openExporter({ url: server.url, selfObsMeterProvider: provider });

    await exportSpans(exporter, [makeSpan(), makeSpan({ traceId: 'nonsense' })]);
    await exportSpans(exporter, makeSpans(5));
    await exporter.shutdown();
    await exportSpans(exporter, makeSpans(2));

    const points = await collect();
    const exported = points.filter(({ name }) => name === EXPORTED);
    const byReason = exported.map(({ attributes, value }) => [attributes['error.type'], value]);
    expect(Object.fromEntries(byReason)).toEqual({
      undefined: 1,
      invalid_id: 1,
      rejected: 5,
      shutdown: 2,
    });
    const durations = points.filter(({ name }) => name === DURATION);
    expect(durations.map(({ attributes }) => attributes['http.response.status_code'])).toEqual([
      200, 400,
    ]);
    expect(durations[1]?.attributes['error.type']).toBe('rejected');
    expect(points.find(({ name }) => name === INFLIGHT)?.value).toBe(0);
  });

  it.each([
    ['the attempt that succeeded, after one that failed', [answer(503), ACCEPT], 200],
    ['a half, where the whole was too large', [answer(413), ACCEPT], 200],
    ['the whole, where its halves were not answered', [answer(413), CUT], 413],
  ])('have the status of the last answer, that to %s', async (_what, scripts, status) => {
    const { provider, collect } = openMeters();
    const server = await openFaultServer({ scripts });
    const options = { url: server.url, selfObsMeterProvider: provider, maxRetries: 1 };
    const exporter = openExporter(options);

    const traceIds = ['a', 'b'].map((digit) => digit.repeat(32));
    await exportSpans(
      exporter,
      traceIds.map((traceId) => makeSpan({ traceId })),
    );

    const durations = (await collect()).filter(({ name }) => name === DURATION);
    const statuses = durations.map(({ attributes }) => attributes['http.response.status_code']);
    expect(statuses).toEqual([status]);
  });

  it('do no harm when the meters throw', async () => {
    const fail = (): never => {
      throw new Error('from an instrument');
    };
    const instrument = { add: fail, record: fail };
    const meter = new Proxy({}, { get: () => () => instrument });
    const options: DatadogSpanExporterOptions = {};
    const selfObsMeterProvider: Pick<ApiMeterProvider, 'getMeter'> = Object.assign(
      { getMeter: fail },
      { getMeter: () => meter },
    );
    const server = await openFaultServer({ scripts: [ACCEPT] });
    Object.assign(options, { url: server.url, selfObsMeterProvider });

    expect(await exportSpans(openExporter(options), makeSpans(1))).toEqual({ code: 0 });
  });
});
