// Owns the plans that failed once, each with what was wrong then.

import type { Plan } from './plan.js';

export interface Regression {
  readonly found: string;
  readonly plan: Plan;
}

export const REGRESSIONS: readonly Regression[] = [];
