import { beforeAll, describe, expect, it } from 'vitest';
import type { DatadogSpanExporterOptions } from '../../src/index.js';
import { type FaultServer, openFaultServer } from '../support/fault-server.js';
import { ACCEPT, answer } from '../support/fault-steps.js';
import { until } from '../support/until.js';
import { type Exported, openExportingProcess } from './exporting-process.js';
import { PATIENT, spanIdsOf, thawAfter } from './freezing.js';
import { holdAnswer } from './held-answer.js';

/** Before the first retry, at most. */
const PAUSE_MILLIS = 100;
/** Enough for a busy machine to get as far as the freeze, or from there to an answer. */
const LIMIT_MILLIS = 1_500;

interface Waited {
  readonly outcomes: readonly string[];
  /** Positions, among the spans in the order of their exports, of those that arrived. */
  readonly arrivals: readonly number[];
}

describe('E3: an export that waited in a freeze', () => {
  let waited: readonly Waited[] = [];

  /** In processes of their own, so that they are frozen at the same time. */
  beforeAll(async () => {
    waited = await Promise.all([
      pauseInFreeze(PAUSE_MILLIS, {}),
      pauseInFreeze(LIMIT_MILLIS, { timeoutMillis: LIMIT_MILLIS }),
      queueInFreeze({ attemptTimeoutMillis: LIMIT_MILLIS }),
      queueInFreeze({ timeoutMillis: LIMIT_MILLIS }),
    ]);
  }, 30_000);

  it('is sent after it, if that was longer than a pause between attempts', () => {
    const arrivals = [0, 0, 1]; // the Agent refuses the first one
    expect(waited[0]).toEqual({ outcomes: ['success', 'success'], arrivals });
  });

  it('is not sent any more, if it paused and its own time is over', () => {
    expect(waited[1]).toEqual({ outcomes: ['timeout', 'success'], arrivals: [0, 1] });
  });

  it('is sent after it, if the reply to the one before came during it', () => {
    const outcomes = ['success', 'success', 'success'];
    expect(waited[2]).toEqual({ outcomes, arrivals: [0, 1, 2] });
  });

  it('is not sent any more, if its own time is over, whatever came for the one before', () => {
    const outcomes = ['success', 'timeout', 'success'];
    expect(waited[3]).toEqual({ outcomes, arrivals: [0, 2] });
  });
});

/** One export pauses in the freeze, another follows when it has ended. */
async function pauseInFreeze(millis: number, limits: DatadogSpanExporterOptions): Promise<Waited> {
  const server = await openFaultServer({ scripts: [answer(503), ACCEPT] });
  const options = { ...PATIENT, ...limits, maxRetries: 1, url: server.url };
  const exporting = await openExportingProcess(options);
  exporting.stopAt('answered');
  const first = exporting.export();

  await thawAfter(millis, exporting);

  await first.outcome;
  return waitedOf(server, [first, exporting.export()]);
}

/** One export is queued behind another in the freeze, a third follows when both have ended. */
async function queueInFreeze(limits: DatadogSpanExporterOptions): Promise<Waited> {
  const held = holdAnswer();
  const server = await openFaultServer({ scripts: [held.script, ACCEPT] });
  const options = { ...PATIENT, ...limits, maxConnections: 1, url: server.url };
  const exporting = await openExportingProcess(options);
  exporting.stopAt('sent');
  const both = exporting.exportTwice();
  await until('the request', () => server.spans.length === 1);

  await thawAfter(LIMIT_MILLIS, exporting, () => held.release());

  await Promise.all(both.map(({ outcome }) => outcome));
  return waitedOf(server, [...both, exporting.export()]);
}

async function waitedOf(server: FaultServer, all: readonly Exported[]): Promise<Waited> {
  const outcomes = await Promise.all(all.map(({ outcome }) => outcome));
  const spanIds = all.map(({ spanId }) => spanId);
  return { outcomes, arrivals: spanIdsOf(server).map((spanId) => spanIds.indexOf(spanId)) };
}
