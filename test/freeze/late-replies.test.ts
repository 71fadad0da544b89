import { beforeAll, describe, expect, it } from 'vitest';
import { openFaultServer } from '../support/fault-server.js';
import { ACCEPT, hangUp, rst } from '../support/fault-steps.js';
import type { Listening } from '../support/scripted-agent.js';
import { until } from '../support/until.js';
import { openExportingProcess } from './exporting-process.js';
import { PATIENT, spanIdsOf, thawAfter } from './freezing.js';
import { holdAnswer } from './held-answer.js';

/** Enough for a busy machine to get as far as the freeze. */
const LIMIT_MILLIS = 1_500;

interface Waited {
  /** Of an export, a flush and a shutdown. */
  readonly outcomes: readonly string[];
  /** Of the one span. */
  readonly arrivals: number;
}

const ARRIVED: Waited = { outcomes: ['success', 'success', 'success'], arrivals: 1 };

describe('E3: a reply that came during a freeze wins over all limits that expired in it', () => {
  let waited: readonly Waited[] = [];

  /** In processes of their own, so that they are frozen at the same time. */
  beforeAll(async () => {
    waited = await Promise.all([
      waitInFreeze('tcp', 'at work'),
      waitInFreeze('unix', 'at work'),
      waitInFreeze('tcp', 'idle'),
      waitInFreeze('unix', 'idle'),
    ]);
  }, 30_000);

  it('where the process was stopped at work', () => {
    expect(waited.slice(0, 2)).toEqual([ARRIVED, ARRIVED]);
  });

  it('where it was stopped idle', () => {
    expect(waited.slice(2)).toEqual([ARRIVED, ARRIVED]);
  });
});

describe.each(['tcp', 'unix'] as const)('over %s', (over) => {
  it.each([
    ['closed the connection', hangUp],
    ['reset it', rst],
  ])('a reply that came during a freeze counts, although the Agent then %s', async (_how, end) => {
    const answer = holdAnswer(end);
    const server = await openFaultServer({ over, scripts: [answer.script, ACCEPT] });
    const exporting = await openExportingProcess({ ...PATIENT, url: server.url });
    exporting.stopAt('sent');
    const exported = exporting.export();
    await until('the request', () => server.spans.length === 1);

    await thawAfter(0, exporting, () => answer.release());

    expect(await exported.outcome).toBe('success');
    expect(spanIdsOf(server)).toEqual([exported.spanId]);
  });

  it('a connection that came about during a freeze is in time', async () => {
    const server = await openFaultServer({ over, scripts: [ACCEPT] });
    const connectTimeoutMillis = 200; // begins right before the freeze
    const options = { ...PATIENT, connectTimeoutMillis, url: server.url };
    const exporting = await openExportingProcess(options);
    exporting.stopAt('connecting');
    const exported = exporting.export();

    await thawAfter(connectTimeoutMillis, exporting, () =>
      until('the connection', () => server.accepted === 1),
    );

    expect(await exported.outcome).toBe('success');
    expect(spanIdsOf(server)).toEqual([exported.spanId]);
    expect(server.accepted).toBe(1);
  });
});

async function waitInFreeze(over: Listening, place: 'at work' | 'idle'): Promise<Waited> {
  const answer = holdAnswer();
  const server = await openFaultServer({ over, scripts: [answer.script] });
  const exporting = await openExportingProcess({
    url: server.url,
    attemptTimeoutMillis: LIMIT_MILLIS,
    timeoutMillis: LIMIT_MILLIS,
    flushTimeoutMillis: LIMIT_MILLIS,
    graceMillis: LIMIT_MILLIS,
    maxRetries: 0,
  });
  if (place === 'at work') exporting.stopAt('sent');
  const exported = exporting.export('flush', 'shutdown');
  await until('the request', () => server.spans.length === 1);
  if (place === 'idle') await exporting.stop();

  await thawAfter(LIMIT_MILLIS, exporting, () => answer.release());

  const endings = [exporting.outcomeOf('flush'), exporting.outcomeOf('shutdown')];
  const outcomes = await Promise.all([exported.outcome, ...endings]);
  return { outcomes, arrivals: server.spans.length };
}
