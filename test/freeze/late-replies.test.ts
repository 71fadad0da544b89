import { describe, expect, it } from 'vitest';
import type { DatadogSpanExporterOptions } from '../../src/index.js';
import {
  type FaultServer,
  openFaultServer,
  type Script,
  type Step,
} from '../support/fault-server.js';
import { ACCEPT, readAll, reply } from '../support/fault-steps.js';
import { until } from '../support/until.js';
import { type Ending, type ExportingProcess, openExportingProcess } from './exporting-process.js';
import { openGate } from './gate.js';

/** The limit under test; the others are far beyond the freeze. */
const LIMIT_MILLIS = 200;
/** For the freeze: what was to end within `millis` of its beginning is overdue after it. */
const SLACK_MILLIS = 50;

const PATIENT: DatadogSpanExporterOptions = {
  timeoutMillis: 60_000,
  attemptTimeoutMillis: 60_000,
  connectTimeoutMillis: 60_000,
  flushTimeoutMillis: 60_000,
  graceMillis: 60_000,
  maxRetries: 0,
};

interface Row {
  readonly what: string;
  readonly options: DatadogSpanExporterOptions;
  readonly ending?: Ending;
}

const rows: readonly Row[] = [
  { what: 'an attempt', options: { attemptTimeoutMillis: LIMIT_MILLIS } },
  { what: 'an export', options: { timeoutMillis: LIMIT_MILLIS } },
  { what: 'a flush', options: { flushTimeoutMillis: LIMIT_MILLIS }, ending: 'flush' },
  { what: 'a shutdown', options: { graceMillis: LIMIT_MILLIS }, ending: 'shutdown' },
];

describe.each(['tcp', 'unix'] as const)('a freeze over %s', (over) => {
  it.each(rows)('ends no $what whose reply came during it', async ({ options, ending }) => {
    const answer = heldReply();
    const server = await openFaultServer({ over, scripts: [answer.script] });
    const exporting = await openExportingProcess({ ...PATIENT, ...options, url: server.url });
    exporting.workFrom('sent'); // before any limit can expire
    const exported = exporting.export(ending);
    await exporting.isBusy();
    await until('the request', () => server.spans.length === 1);

    await freezeFor(LIMIT_MILLIS, exporting, () => answer.release());

    expect(await exported.outcome).toBe('success');
    if (ending !== undefined) expect(await exporting.outcomeOf(ending)).toBe('success');
    expect(spanIdsOf(server)).toEqual([exported.spanId]);
  });

  it('ends no attempt whose connection came about during it', async () => {
    const server = await openFaultServer({ over, scripts: [ACCEPT] });
    const limit = { connectTimeoutMillis: LIMIT_MILLIS };
    const exporting = await openExportingProcess({ ...PATIENT, ...limit, url: server.url });
    exporting.workFrom('connecting');
    const exported = exporting.export();
    await exporting.isBusy();

    await freezeFor(LIMIT_MILLIS, exporting, () =>
      until('the connection', () => server.accepted === 1),
    );

    expect(await exported.outcome).toBe('success');
    expect(spanIdsOf(server)).toEqual([exported.spanId]);
    expect(server.accepted).toBe(1);
  });

  it('ends nothing whose reply came while it waited for I/O', async () => {
    const answer = heldReply();
    const server = await openFaultServer({ over, scripts: [answer.script] });
    const limits = { attemptTimeoutMillis: 1_000, timeoutMillis: 1_000, graceMillis: 1_000 };
    const exporting = await openExportingProcess({ ...PATIENT, ...limits, url: server.url });
    const exported = exporting.export('shutdown');
    await until('the request', () => server.spans.length === 1);

    await freezeFor(1_000, exporting, () => answer.release());

    expect(await exported.outcome).toBe('success');
    expect(await exporting.outcomeOf('shutdown')).toBe('success');
    expect(spanIdsOf(server)).toEqual([exported.spanId]);
  });
});

interface HeldReply {
  readonly script: Script;
  /** Resolves when the answer has been written. */
  release(): Promise<void>;
}

function heldReply(): HeldReply {
  const gate = openGate();
  let isWritten = false;
  const noteWritten: Step = () => {
    isWritten = true;
  };
  return {
    script: [readAll, gate.pass, reply(200), noteWritten],
    release: async () => {
      gate.open();
      await until('the answer', () => isWritten);
    },
  };
}

/** Freezes until `meanwhile` is done and what had up to so many milliseconds left is overdue. */
async function freezeFor(
  millis: number,
  exporting: ExportingProcess,
  meanwhile: () => Promise<void> = () => Promise.resolve(),
): Promise<void> {
  await exporting.freeze();
  const end = performance.now() + millis + SLACK_MILLIS;
  await meanwhile();
  await until('the limit is overdue', () => performance.now() > end);
  exporting.thaw();
}

function spanIdsOf(server: FaultServer): readonly bigint[] {
  return server.spans.map(({ spanId }) => spanId);
}
