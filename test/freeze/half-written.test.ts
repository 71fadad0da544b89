import { describe, expect, it } from 'vitest';
import { openFaultServer } from '../support/fault-server.js';
import { ACCEPT } from '../support/fault-steps.js';
import { openExportingProcess } from './exporting-process.js';
import { inOrder, PATIENT, spanIdsOf, thawAfter } from './freezing.js';

/** Enough for a busy machine to get from the thaw to an answer. */
const LIMIT_MILLIS = 1_500;

describe('E3: a request that was half written when the process was frozen', () => {
  it.each([
    ['unix', 15], // some 300 KB: the kernel takes 208 KB of it at first, and the rest at once
    ['tcp', 200], // 4 MB, of which it takes 2.5
  ] as const)('arrives once over %s, though the attempt had no time left', async (over, spans) => {
    const server = await openFaultServer({ over, scripts: [ACCEPT] });
    const limits = { attemptTimeoutMillis: LIMIT_MILLIS, maxRetries: 1 };
    const exporting = await openExportingProcess({ ...PATIENT, ...limits, url: server.url });
    exporting.stopAt('sent');
    const exported = exporting.exportLarge(spans);

    await thawAfter(LIMIT_MILLIS, exporting);

    expect(await exported.outcome).toBe('success');
    expect(inOrder(spanIdsOf(server))).toEqual(exported.spanIds);
  });
});
