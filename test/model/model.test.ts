import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { loadUndici } from '../../src/transport/load-undici.js';
import { type Plan, plans } from './plan.js';
import { REGRESSIONS } from './regressions.js';
import { runPlan } from './run-plan.js';

const RUNS = Number(process.env['MODEL_RUNS'] ?? 2_000);
/** Some 2 ms for each run, more where others are at work. */
const DEADLINE_MILLIS = 30_000 + RUNS * 20;
const seed = Number(process.env['SEED'] ?? Math.floor(Math.random() * 2 ** 31));

// It would be loaded by the first exporter, in a time that stands still.
beforeAll(() => loadUndici(undefined));

describe('a plan that failed once', () => {
  it.each(REGRESSIONS)('holds: $found', async ({ plan }) => {
    await expect(runPlan(plan)).resolves.toBeUndefined();
  });
});

/** With the plan in it, to be kept in regressions.ts. */
function reportOf(details: fc.RunDetails<[Plan]>): string {
  if (!details.failed) return 'holds';
  return `${fc.defaultReportMessage(details)}\n${String(details.errorInstance)}`;
}

describe('whatever is done in whatever order', () => {
  it(
    `each span ends in one column, in ${RUNS} runs, SEED=${seed}`,
    async () => {
      const details = await fc.check(fc.asyncProperty(plans, runPlan), { numRuns: RUNS, seed });

      expect(reportOf(details)).toBe('holds');
      expect(details.numRuns).toBe(RUNS);
    },
    DEADLINE_MILLIS,
  );
});
