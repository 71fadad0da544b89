// Owns what a run of the model test does, as data: a pipeline, its options, and steps in order. A plan
// that failed is kept as it is, so it needs no generator to be run again.

import fc from 'fast-check';

export type Pipeline = 'exporter' | 'DatadogBatchSpanProcessor' | 'ForkSafeSpanProcessor';

/** What the Agent does with a request that begins now. */
export type Weather =
  | 'accepts'
  /** Accepts, and answers when the attempt is long over. */
  | 'acceptsLate'
  /** Accepts, and the connection breaks before the answer. */
  | 'losesReplies'
  | 'refusesConnections'
  /** Neither takes the request nor answers. */
  | 'hangs'
  | 'breaksConnections'
  /** 400. */
  | 'refuses'
  /** 413. */
  | 'findsTooLarge'
  /** 429. */
  | 'isBusy'
  /** 503. */
  | 'isUnavailable'
  /** 503 with `Retry-After: 1`. */
  | 'isBackSoon'
  /** 503 with `Retry-After: 60`. */
  | 'isAwayForLong';

export interface Give {
  readonly do: 'give';
  readonly spans: number;
  readonly traces: number;
  /** Whether the attributes of their OTel resource are there, come after 100 ms, or never. */
  readonly resource: 'ready' | 'late' | 'never';
  /** Time that reading one of them takes. */
  readonly readMillis: number;
  /** Done by the callback of the export. */
  readonly afterwards?: Meddling | undefined;
  /** Done by a getter of the first span. */
  readonly meanwhile?: Meddling | undefined;
  /** Done by the first span when it is encoded once more, because it names a tag of chunks. */
  readonly again?: Meddling | undefined;
}

/** What user code does where it is called. */
export type Meddling = 'give' | 'flush' | 'shutDown' | 'abort' | 'fork' | 'throw';

export type Step =
  | Give
  | { readonly do: 'flush'; readonly timeoutMillis?: number; readonly abortAfterMillis?: number }
  | { readonly do: 'shutDown'; readonly graceMillis?: number; readonly abortAfterMillis?: number }
  | { readonly do: 'abort' }
  | { readonly do: 'weather'; readonly weather: Weather }
  | { readonly do: 'pass'; readonly millis: number }
  /** In the process that forks, in its copy, or in its copy inside of `withForkHooks`. */
  | { readonly do: 'fork'; readonly in: 'parent' | 'child' | 'childWithHooks' };

export interface Plan {
  readonly pipeline: Pipeline;
  readonly maxRetries: number;
  readonly maxConnections: number;
  /** Whether there is room for a few payloads only. */
  readonly isTight: boolean;
  /** Milliseconds that the Agent takes to answer. */
  readonly latencyMillis: number;
  /** What `Math.random` returns, in turn. */
  readonly randoms: readonly number[];
  readonly steps: readonly Step[];
}

const weather = fc.constantFrom<Weather>(
  'accepts',
  'accepts',
  'acceptsLate',
  'losesReplies',
  'refusesConnections',
  'hangs',
  'breaksConnections',
  'refuses',
  'findsTooLarge',
  'isBusy',
  'isUnavailable',
  'isBackSoon',
  'isAwayForLong',
);
const seldom = (of: Meddling[]): fc.Arbitrary<Meddling | undefined> =>
  fc.option(fc.constantFrom(...of), { nil: undefined, freq: 9 });
const give: fc.Arbitrary<Give> = fc.record({
  do: fc.constant('give'),
  spans: fc.integer({ min: 0, max: 12 }),
  traces: fc.integer({ min: 1, max: 3 }),
  resource: fc.constantFrom('ready', 'ready', 'ready', 'ready', 'late', 'never'),
  readMillis: fc.constantFrom(0, 0, 0, 2),
  afterwards: seldom(['give', 'flush', 'shutDown', 'fork', 'throw']),
  meanwhile: seldom(['give', 'flush', 'shutDown', 'abort', 'fork', 'throw']),
  again: seldom(['give', 'flush', 'shutDown', 'abort', 'fork']),
});
const someMillis = fc.constantFrom(0, 1, 50, 200, 400);
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 10, arbitrary: give },
  {
    weight: 3,
    arbitrary: fc.record(
      { do: fc.constant('flush'), timeoutMillis: someMillis, abortAfterMillis: someMillis },
      { requiredKeys: ['do'] },
    ),
  },
  {
    weight: 1,
    arbitrary: fc.record(
      { do: fc.constant('shutDown'), graceMillis: someMillis, abortAfterMillis: someMillis },
      { requiredKeys: ['do'] },
    ),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('abort') }) },
  { weight: 6, arbitrary: fc.record({ do: fc.constant('weather'), weather }) },
  {
    weight: 8,
    arbitrary: fc.record({
      do: fc.constant('pass'),
      millis: fc.constantFrom(0, 1, 4, 30, 100, 300, 700, 1_500, 6_000),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant('fork'),
      in: fc.constantFrom('parent', 'child', 'childWithHooks'),
    }),
  },
);

export const plans: fc.Arbitrary<Plan> = fc.record({
  pipeline: fc.constantFrom<Pipeline>(
    'exporter',
    'exporter',
    'DatadogBatchSpanProcessor',
    'ForkSafeSpanProcessor',
  ),
  maxRetries: fc.constantFrom(0, 1, 4),
  maxConnections: fc.constantFrom(1, 2),
  isTight: fc.boolean(),
  latencyMillis: fc.constantFrom(0, 3, 40),
  randoms: fc.array(fc.double({ min: 0, max: 0.999, noNaN: true }), { minLength: 1, maxLength: 4 }),
  steps: fc.array(step, { minLength: 1, maxLength: 30 }),
});
