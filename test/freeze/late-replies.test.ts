import { describe, expect, it } from 'vitest';
import { openFaultServer } from '../support/fault-server.js';
import { ACCEPT, hangUp, rst } from '../support/fault-steps.js';
import type { Listening } from '../support/scripted-agent.js';
import { until } from '../support/until.js';
import { openExportingProcess } from './exporting-process.js';
import { freezeFor, PATIENT, spanIdsOf } from './freezing.js';
import { holdAnswer } from './held-answer.js';

/** Of each limit; enough for a busy machine to get as far as the freeze. */
const LIMIT_MILLIS = 1_000;

interface Waited {
  readonly outcomes: readonly string[];
  /** Of the one span. */
  readonly arrivals: number;
}

describe.each(['tcp', 'unix'] as const)('a freeze over %s', (over) => {
  it('ends nothing whose reply came during it, although all limits expired', async () => {
    const frozen = await Promise.all([freezeAll(over, 'sent'), freezeAll(over, 'idle')]);

    const arrived = { outcomes: ['success', 'success', 'success'], arrivals: 1 };
    expect(frozen).toEqual([arrived, arrived]);
  });

  it.each([
    ['closed the connection', hangUp],
    ['reset it', rst],
  ])('ends nothing whose reply came during it, although the Agent then %s', async (_how, end) => {
    const answer = holdAnswer(end);
    const server = await openFaultServer({ over, scripts: [answer.script, ACCEPT] });
    const exporting = await openExportingProcess({ ...PATIENT, url: server.url });
    exporting.workFrom('sent');
    const exported = exporting.export();
    await until('the request', () => server.spans.length === 1);

    await freezeFor(0, exporting, () => answer.release());

    expect(await exported.outcome).toBe('success');
    expect(spanIdsOf(server)).toEqual([exported.spanId]);
  });

  it('ends no attempt to connect that came about during it', async () => {
    const server = await openFaultServer({ over, scripts: [ACCEPT] });
    const connectTimeoutMillis = 200; // begins right before the work
    const options = { ...PATIENT, connectTimeoutMillis, url: server.url };
    const exporting = await openExportingProcess(options);
    exporting.workFrom('connecting');
    const exported = exporting.export();

    await freezeFor(connectTimeoutMillis, exporting, () =>
      until('the connection', () => server.accepted === 1),
    );

    expect(await exported.outcome).toBe('success');
    expect(spanIdsOf(server)).toEqual([exported.spanId]);
    expect(server.accepted).toBe(1);
  });
});

/** An export, a flush and a shutdown that wait for the same reply while their limits expire. */
async function freezeAll(over: Listening, place: 'sent' | 'idle'): Promise<Waited> {
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
  if (place === 'sent') exporting.workFrom('sent');
  const exported = exporting.export('flush', 'shutdown');
  await until('the request', () => server.spans.length === 1);

  await freezeFor(LIMIT_MILLIS, exporting, () => answer.release());

  const endings = [exporting.outcomeOf('flush'), exporting.outcomeOf('shutdown')];
  const outcomes = await Promise.all([exported.outcome, ...endings]);
  return { outcomes, arrivals: server.spans.length };
}
