import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { loadUndici } from '../../src/transport/load-undici.js';
import { budgetOf, outcomeOf } from '../support/budget.js';
import { plans } from './plan.js';
import { REGRESSIONS } from './regressions.js';
import { runPlan } from './run-plan.js';

const budget = budgetOf(2_000);

// It would be loaded by the first exporter, in a time that stands still.
beforeAll(() => loadUndici(undefined));

describe('a plan that failed once', () => {
  it.each(REGRESSIONS)('holds: $found', async ({ plan }) => {
    await expect(runPlan(plan)).resolves.toBeUndefined();
  });
});

describe('whatever is done in whatever order', () => {
  it(
    `F16: each span ends in one column, ${budget.extent}`,
    async () => {
      // What is found has the plan in it, to be kept in regressions.ts.
      expect(await outcomeOf(fc.asyncProperty(plans, runPlan), budget)).toBe('holds');
    },
    budget.deadlineMillis,
  );
});
