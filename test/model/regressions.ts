// Owns the plans that failed once, each with what was wrong then.

import type { Give, Plan } from './plan.js';

export interface Regression {
  readonly found: string;
  readonly plan: Plan;
}

const SMALL: Plan = {
  pipeline: 'DatadogBatchSpanProcessor',
  maxRetries: 0,
  maxConnections: 1,
  isTight: false,
  latencyMillis: 0,
  randoms: [0],
  steps: [],
};
const ONE_SPAN: Give = { do: 'give', spans: 1, traces: 1, resource: 'ready', readMillis: 0 };

export const REGRESSIONS: readonly Regression[] = [
  {
    found: 'a flush by a getter ended before what had ended before was sent (seed 1)',
    plan: { ...SMALL, steps: [ONE_SPAN, { ...ONE_SPAN, meanwhile: 'flush' }] },
  },
  {
    found: 'a span that could not be encoded left a listener on the signal (seed 77)',
    plan: { ...SMALL, steps: [{ ...ONE_SPAN, meanwhile: 'throw' }, { do: 'shutDown' }] },
  },
  {
    found: 'a span that could not be encoded left a timer, which no abort ended (seed 842932798)',
    plan: { ...SMALL, steps: [{ ...ONE_SPAN, meanwhile: 'throw' }, { do: 'abort' }] },
  },
  {
    found: 'what ended while a shutdown read a late span was left in the queue (seed 77)',
    plan: {
      ...SMALL,
      steps: [
        { ...ONE_SPAN, resource: 'late', meanwhile: 'give' },
        { do: 'pass', millis: 100 },
        { do: 'shutDown' },
      ],
    },
  },
  {
    found: 'a flush that waited for a resource did not tell of what was lost meanwhile (seed 1)',
    plan: {
      ...SMALL,
      pipeline: 'ForkSafeSpanProcessor',
      steps: [
        { ...ONE_SPAN, resource: 'late' },
        { do: 'flush' },
        { ...ONE_SPAN, spans: 3 },
        { ...ONE_SPAN, spans: 12, meanwhile: 'abort' },
      ],
    },
  },
  {
    found:
      'a shutdown in the middle of which the heap was duplicated took the hooks of the copy (seed 2047438711)',
    plan: {
      ...SMALL,
      steps: [{ ...ONE_SPAN, again: 'fork' }, { do: 'shutDown' }, { ...ONE_SPAN, again: 'fork' }],
    },
  },
];
