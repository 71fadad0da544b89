import fc from 'fast-check';
import { beforeAll, describe, it } from 'vitest';
import { loadUndici } from '../../src/transport/load-undici.js';
import { plans } from './plan.js';
import { REGRESSIONS } from './regressions.js';
import { runPlan } from './run-plan.js';

const RUNS = Number(process.env['MODEL_RUNS'] ?? 2_500);
const seed = Number(process.env['SEED'] ?? Math.floor(Math.random() * 2 ** 31));

// It would be loaded by the first exporter, in a time that stands still.
beforeAll(() => loadUndici(undefined));

describe('what failed once', () => {
  it('holds', async () => {
    for (const { plan } of REGRESSIONS) await runPlan(plan);
  });
});

describe('whatever is done in whatever order', () => {
  it(`each span ends in one column, in ${RUNS} runs, SEED=${seed}`, async () => {
    await fc.assert(fc.asyncProperty(plans, runPlan), { numRuns: RUNS, seed });
  }, 120_000);
});
