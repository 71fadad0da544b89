import { describe, expect, it } from 'vitest';
import { openBlackHole } from '../support/black-hole.js';
import { openFaultServer } from '../support/fault-server.js';
import { answer, readHead, stall } from '../support/fault-steps.js';
import { startScript } from './script.js';

describe('a process that exits, with blockOnExit, and cannot deliver', () => {
  it.each([
    ['no connection', () => openBlackHole()],
    ['no answer', async () => (await openFaultServer({ scripts: [[readHead, stall]] })).url],
  ])('says that there was %s', async (lacking, openPeer) => {
    const script = startScript(
      `printWarnings();
       const processor = new DatadogBatchSpanProcessor({ exporter });
       flushOnExit(processor, { blockOnExit: true, timeoutMillis: 500 });
       new NodeTracerProvider({ spanProcessors: [processor] }).getTracer('own').startSpan('one').end();
       process.exit();`,
      { agentUrl: await openPeer() },
    );

    const { stdout } = await script.end;

    expect(stdout).toMatch(new RegExp(`1 attempt: .+: ${lacking} within \\d+ ms; 1 span lost`));
  });

  it('says of how many lost spans no line has told', async () => {
    const server = await openFaultServer({ scripts: [answer(400)] });
    const script = startScript(
      `printWarnings(); flushOnExit(target, { blockOnExit: true });
       for (const count of [2, 30, 400]) {
         endSpans(count);
         for (const one of target) await one.forceFlush().catch(() => undefined);
       }
       process.exit();`,
      { agentUrl: server.url },
    );

    const { stdout } = await script.end;

    expect(stdout).toMatch(/; 2 spans lost\n.*: 430 spans lost of which nothing was logged\n$/);
  });
});
