import { describe, expect, it } from 'vitest';
import { startScript } from '../exit/script.js';
import { ENTRY } from '../fork/script.js';
import { openBlackHole } from '../support/black-hole.js';
import { openFaultServer } from '../support/fault-server.js';
import { freeze, readAll, readHead, stall } from '../support/fault-steps.js';

/** Far below what any connection or export may take, far above what a busy machine needs. */
const DEADLINE_MILLIS = 28_000;

/**
 * An export of so many spans, a flush and a shutdown are under way when the heap is duplicated, twice; a
 * turn after undici has said something.
 */
function duplicateBusyHeap(spans: number, channel: string): string {
  return `
    import { subscribe } from 'node:diagnostics_channel';
    import { setImmediate } from 'node:timers/promises';
    import { afterForkInChild } from '${ENTRY.mjs}';
    const busy = new Promise((resolve) => subscribe('${channel}', resolve));
    const one = new DatadogSpanExporter({
      maxPayloadBytes: 24 * 1024 * 1024, connectTimeoutMillis: 60_000, attemptTimeoutMillis: 60_000,
      timeoutMillis: 60_000, flushTimeoutMillis: 60_000, graceMillis: 60_000,
    });
    const attributes = { text: 'x'.repeat(10_000) };
    const span = {
      name: 'n', kind: 0, startTime: [1700000000, 0], endTime: [1700000001, 0], attributes,
      resource: { attributes: {} },
      spanContext: () => ({ traceId: '72df520af2bde7a5240031ead750e5f3', spanId: '24003fafe5640a1c' }),
    };
    const exported = new Promise((resolve) => one.export(Array(${spans}).fill(span), resolve));
    const server = serve(); // keeps the process while undici is loaded
    await busy;
    await setImmediate();
    clearInterval(server);
    const flushed = one.forceFlush();
    const ended = one.shutdown();
    afterForkInChild();
    afterForkInChild();
    const { code } = await exported;
    await flushed;
    await ended;
    console.log(code, one.stats().inherited);
  `;
}

describe('a process whose heap is duplicated ends when it has nothing left to do', () => {
  it('while a connection is being opened', async () => {
    const script = startScript(duplicateBusyHeap(2, 'undici:client:beforeConnect'), {
      agentUrl: await openBlackHole(),
      deadlineMillis: DEADLINE_MILLIS,
    });

    expect(await script.end).toEqual({ code: 0, signal: null, stdout: '0 2\n', stderr: '' });
  });

  it('while a payload is being written', async () => {
    const server = await openFaultServer({ over: 'unix', scripts: [[readHead, freeze]] });
    const script = startScript(duplicateBusyHeap(1_000, 'undici:client:sendHeaders'), {
      agentUrl: server.url,
      deadlineMillis: DEADLINE_MILLIS,
    });

    expect(await script.end).toEqual({ code: 0, signal: null, stdout: '0 1000\n', stderr: '' });
  });

  it('while an answer is waited for', async () => {
    const server = await openFaultServer({ over: 'unix', scripts: [[readAll, stall]] });
    const script = startScript(duplicateBusyHeap(2, 'undici:request:bodySent'), {
      agentUrl: server.url,
      deadlineMillis: DEADLINE_MILLIS,
    });

    expect(await script.end).toEqual({ code: 0, signal: null, stdout: '0 2\n', stderr: '' });
  });
});
