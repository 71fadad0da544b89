import { describe, expect, it } from 'vitest';
import { openFaultServer } from '../support/fault-server.js';
import { ACCEPT, fin, hangUp, rst } from '../support/fault-steps.js';
import { until } from '../support/until.js';
import { openExportingProcess } from './exporting-process.js';
import { freezeFor, PATIENT, spanIdsOf } from './freezing.js';
import { holdAnswer } from './held-answer.js';

/** Of each limit; enough for a busy machine to get as far as the freeze. */
const LIMIT_MILLIS = 1_000;

describe.each(['tcp', 'unix'] as const)('a freeze over %s', (over) => {
  it.each(['at work', 'waiting for I/O'] as const)(
    'ends nothing whose reply came during it, although all limits expired, %s',
    async (place) => {
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
      if (place === 'at work') exporting.workFrom('sent');
      const exported = exporting.export('flush', 'shutdown');
      await until('the request', () => server.spans.length === 1);

      await freezeFor(LIMIT_MILLIS, exporting, () => answer.release());

      expect(await exported.outcome).toBe('success');
      expect(await exporting.outcomeOf('flush')).toBe('success');
      expect(await exporting.outcomeOf('shutdown')).toBe('success');
      expect(spanIdsOf(server)).toEqual([exported.spanId]);
    },
  );

  it.each([
    ['closed the connection', hangUp],
    ['closed its side of it', fin],
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
    await exporting.isBusy();

    await freezeFor(connectTimeoutMillis, exporting, () =>
      until('the connection', () => server.accepted === 1),
    );

    expect(await exported.outcome).toBe('success');
    expect(spanIdsOf(server)).toEqual([exported.spanId]);
    expect(server.accepted).toBe(1);
  });
});
