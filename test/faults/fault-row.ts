// Owns what a row of the fault matrix is, and running it: the expected outcome of the row, and what
// holds for every row.

import { getEventListeners } from 'node:events';
import type { Attributes } from '@opentelemetry/api';
import { expect } from 'vitest';
import type { DatadogSpanExporterOptions, ExportErrorKind, ExportResult } from '../../src/index.js';
import { loadUndici } from '../../src/transport/load-undici.js';
import { type FaultServer, openFaultServer, type Script } from '../support/fault-server.js';
import { ACCEPT } from '../support/fault-steps.js';
import type { Listening } from '../support/scripted-agent.js';
import { makeSpan } from '../support/spans.js';
import { until } from '../support/until.js';
import { wallMillis } from '../support/wall-time.js';
import { openExporter, SECRET } from './watched-exporter.js';

export interface Expected {
  /** Absent for a success. */
  readonly kind?: ExportErrorKind;
  readonly status?: number;
  /** Requests that the peer saw. */
  readonly requests?: number;
  /** How often each span arrived. @default once after a success, never after a failure */
  readonly arrives?: 'once' | 'never' | 'again';
  readonly withinMillis?: number;
}

export interface FaultRow {
  /** Stable name of the row. */
  readonly id: string;
  readonly title: string;
  readonly scripts: readonly Script[];
  readonly onAccept?: readonly Script[];
  readonly options?: DatadogSpanExporterOptions;
  /** Spans of the export, each a trace of its own. @default 3 */
  readonly spans?: number;
  /** Of each span. @default one that must not be logged */
  readonly attributes?: Attributes;
  readonly expected: Expected;
}

/** For `it.each`, which would put the members of a row into quotes and cut them. */
export function named<T extends { readonly id: string; readonly title: string }>(
  rows: readonly T[],
): [string, T][] {
  return rows.map((row) => [`${row.id}: ${row.title}`, row]);
}

/** Short enough for a test, long enough for a busy machine. */
const OPTIONS: DatadogSpanExporterOptions = {
  timeoutMillis: 5_000,
  attemptTimeoutMillis: 300,
  connectTimeoutMillis: 300,
  maxRetries: 1,
};

const MAX_PAYLOAD_BYTES = 4 * 1_024 * 1_024;

export async function expectRow(row: FaultRow, over: Listening): Promise<void> {
  const { scripts, onAccept = [], options, spans: count = 3, expected } = row;
  const { attributes = { secret: SECRET } } = row;
  const server = await openFaultServer({ over, scripts, onAccept });
  await loadUndici(undefined); // on a busy machine it takes longer than a row may
  const life = new AbortController();
  const exporter = openExporter({ ...OPTIONS, ...options, url: server.url, signal: life.signal });
  const spans = Array.from({ length: count }, (_, index) =>
    makeSpan({
      traceId: (index + 1).toString(16).padStart(32, 'a'),
      attributes,
    }),
  );
  const results: ExportResult[] = [];
  const start = wallMillis();

  exporter.export(spans, (result) => results.push(result));

  expect(results).toEqual([]);
  await until('the callback', () => results.length > 0, 6_000);
  expect(wallMillis() - start).toBeLessThan(expected.withinMillis ?? 5_100);
  expectResult(results[0], expected, count);
  expectArrivals(server, spans.length, expected);
  expect(Math.max(0, ...server.bodyBytes)).toBeLessThanOrEqual(MAX_PAYLOAD_BYTES);
  expectBalance(exporter.stats(), expected.kind === undefined ? count : 0, count);
  await expectRecovery(server, exporter);
  expect(results).toHaveLength(1);
  expect(getEventListeners(life.signal, 'abort')).toEqual([]);
  await exporter.shutdown();
  server.thaw();
  await until('all sockets closed', () => server.open === 0);
}

function expectResult(result: ExportResult | undefined, expected: Expected, spans: number): void {
  const { kind, status, requests: attempts = 0 } = expected;
  if (kind === undefined) return expect(result).toEqual({ code: 0 });
  expect(result).toMatchObject({ code: 1, error: { kind, lostSpans: spans } });
  if (status !== undefined) expect(result).toMatchObject({ error: { status } });
  // Without one, an attempt may still have reached the peer, but no byte of its request.
  if (attempts > 0) expect(result).toMatchObject({ error: { attempts } });
}

function expectArrivals(server: FaultServer, count: number, expected: Expected): void {
  if (expected.requests !== undefined) expect(server.requests).toBe(expected.requests);
  const arrivals = new Map<bigint, number>();
  for (const { spanId } of server.spans) arrivals.set(spanId, (arrivals.get(spanId) ?? 0) + 1);
  const { arrives = expected.kind === undefined ? 'once' : 'never' } = expected;
  expect(arrivals.size).toBe(arrives === 'never' ? 0 : count);
  for (const times of arrivals.values()) {
    if (arrives === 'once') expect(times).toBe(1);
    else expect(times).toBeGreaterThan(1);
  }
}

function expectBalance(
  stats: ReturnType<ReturnType<typeof openExporter>['stats']>,
  exported: number,
  received: number,
): void {
  expect(stats).toMatchObject({ received, exported, dropped: received - exported });
  expect(stats).toMatchObject({ buffered: 0, inFlight: 0 });
}

/** The fault is over: the next export needs one request. */
export async function expectRecovery(
  server: FaultServer,
  exporter: ReturnType<typeof openExporter>,
): Promise<void> {
  server.play(ACCEPT);
  const before = server.requests;
  const result = await new Promise((resolve) => exporter.export([makeSpan()], resolve));
  expect(result).toEqual({ code: 0 });
  expect(server.requests).toBe(before + 1);
}
