import { describe, expect, it } from 'vitest';
import { openFaultServer, type Script } from '../support/fault-server.js';
import { pause, readAll, reply } from '../support/fault-steps.js';
import { openGate } from '../support/gate.js';
import { openExportingProcess } from './exporting-process.js';
import { inOrder, PATIENT, spanIdsOf, thawAfter } from './freezing.js';

/** An Agent that takes its time: an answer that comes at once wins over any limit. */
const SLOWLY: Script = [readAll, pause(200), reply(200)];
/** Enough for a busy machine to get from the thaw to an answer. */
const LIMIT_MILLIS = 1_500;

describe('E3: a request that was half written when the process was frozen', () => {
  it.each([
    // Some 300 KB: the kernel takes 208 KB of it at first, and the rest once those are read.
    { over: 'unix', spans: 15, at: 'sent' },
    { over: 'unix', spans: 15, at: 'timer after sent' },
    // 4 MB, of which it takes 2.5.
    { over: 'tcp', spans: 200, at: 'sent' },
    { over: 'tcp', spans: 200, at: 'timer after sent' },
  ] as const)(
    'arrives once over $over, though the attempt had no time left, if it stopped at: $at',
    async ({ over, spans, at }) => {
      const gate = openGate();
      const server = await openFaultServer({ over, scripts: [[gate.pass, ...SLOWLY], SLOWLY] });
      const limits = { attemptTimeoutMillis: LIMIT_MILLIS, maxRetries: 1 };
      const exporting = await openExportingProcess({ ...PATIENT, ...limits, url: server.url });
      exporting.stopAt(at);
      const exported = exporting.exportLarge(spans);

      await thawAfter(LIMIT_MILLIS, exporting, async () => gate.open());

      expect(await exported.outcome).toBe('success');
      expect(inOrder(spanIdsOf(server))).toEqual(exported.spanIds);
    },
  );
});
