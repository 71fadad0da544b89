import { describe, expect, it } from 'vitest';
import { openFaultServer } from '../support/fault-server.js';
import { ACCEPT, answer } from '../support/fault-steps.js';
import { until } from '../support/until.js';
import { openExportingProcess } from './exporting-process.js';
import { freezeFor, PATIENT, spanIdsOf } from './freezing.js';
import { holdAnswer } from './held-answer.js';

/** The shortest pause that an Agent can ask for, and the only one that is not random. */
const PAUSE_MILLIS = 1_000;
const BUSY_AGENT = answer(503, { headers: ['Retry-After: 1'] });

describe('an export that waits in a freeze', () => {
  it('is sent after it if the freeze was longer than the pause between attempts', async () => {
    const server = await openFaultServer({ scripts: [BUSY_AGENT, ACCEPT] });
    const options = { ...PATIENT, maxRetries: 1, url: server.url };
    const exporting = await openExportingProcess(options);
    exporting.workFrom('answered');
    const exported = exporting.export();

    await freezeFor(PAUSE_MILLIS, exporting);

    expect(await exported.outcome).toBe('success');
    expect(spanIdsOf(server)).toEqual([exported.spanId, exported.spanId]); // refused, accepted
  });

  it('fails and is not sent any more if its own time is over as well', async () => {
    const server = await openFaultServer({ scripts: [BUSY_AGENT, ACCEPT] });
    const timeoutMillis = PAUSE_MILLIS + 500; // a pause that does not fit is not begun
    const options = { ...PATIENT, maxRetries: 1, timeoutMillis, url: server.url };
    const exporting = await openExportingProcess(options);
    exporting.workFrom('answered');
    const late = exporting.export();

    await freezeFor(timeoutMillis, exporting);

    expect(await late.outcome).toBe('timeout');
    const next = exporting.export();
    expect(await next.outcome).toBe('success');
    expect(spanIdsOf(server)).toEqual([late.spanId, next.spanId]);
  });

  it('is sent after it if the reply to the export before came during the freeze', async () => {
    const held = holdAnswer();
    const server = await openFaultServer({ scripts: [held.script, ACCEPT] });
    const attemptTimeoutMillis = 1_000;
    const options = { ...PATIENT, attemptTimeoutMillis, maxConnections: 1, url: server.url };
    const exporting = await openExportingProcess(options);
    exporting.workFrom('sent');
    const [first, second] = exporting.exportTwice();
    await until('the request', () => server.spans.length === 1);

    await freezeFor(attemptTimeoutMillis, exporting, () => held.release());

    expect(await first.outcome).toBe('success');
    expect(await second.outcome).toBe('success');
    expect(spanIdsOf(server)).toEqual([first.spanId, second.spanId]);
    expect(server.accepted).toBe(1);
  });

  it('fails and is not sent if its own time is over, whatever came for the one before', async () => {
    const held = holdAnswer();
    const server = await openFaultServer({ scripts: [held.script, ACCEPT] });
    const timeoutMillis = 1_000;
    const options = { ...PATIENT, timeoutMillis, maxConnections: 1, url: server.url };
    const exporting = await openExportingProcess(options);
    exporting.workFrom('sent');
    const [first, second] = exporting.exportTwice();
    await until('the request', () => server.spans.length === 1);

    await freezeFor(timeoutMillis, exporting, () => held.release());

    expect(await first.outcome).toBe('success');
    expect(await second.outcome).toBe('timeout');
    const next = exporting.export();
    expect(await next.outcome).toBe('success');
    expect(spanIdsOf(server)).toEqual([first.spanId, next.spanId]);
  });
});
