// Owns how long a property test runs and from which seed: a fixed number of cases, or as many as there is
// time for (`FUZZ_SECONDS`, set by `npm run fuzz`). A seed is part of the test's name: `SEED=n` replays it.

import fc from 'fast-check';

export interface Budget {
  readonly seed: number;
  /** What fast-check is told. */
  readonly parameters: {
    readonly seed: number;
    readonly numRuns: number;
    readonly interruptAfterTimeLimit?: number;
  };
  /** For the test, with time to find a smaller example. */
  readonly deadlineMillis: number;
  /** For its name. */
  readonly extent: string;
}

/** More than there is ever time for. */
const ENDLESS = 2 ** 31;
const SHRINKING_MILLIS = 60_000;

export function randomSeed(): number {
  return Math.floor(Math.random() * 2 ** 31);
}

/** So many cases, from `seed` unless the environment names another. */
export function budgetOf(cases: number, defaultSeed: number): Budget {
  const seconds = Number(process.env['FUZZ_SECONDS'] ?? 0);
  const seed = Number(process.env['SEED'] ?? defaultSeed);
  const limits =
    seconds > 0
      ? { numRuns: ENDLESS, interruptAfterTimeLimit: seconds * 1_000 }
      : { numRuns: cases };
  return {
    seed,
    parameters: { seed, ...limits },
    deadlineMillis: seconds * 1_000 + SHRINKING_MILLIS + cases * 20,
    extent: `${seconds > 0 ? `${seconds} s` : `${cases} cases`}, SEED=${seed}`,
  };
}

/** Runs a property and returns `holds`, or what was found, with the example to replay it. */
export async function outcomeOf<Values>(
  property: fc.IAsyncProperty<Values>,
  { parameters }: Budget,
): Promise<string> {
  const details = await fc.check(property, parameters);
  const isLong = parameters.interruptAfterTimeLimit !== undefined;
  if (isLong) process.stdout.write(`${details.numRuns} cases\n`);
  if (!details.failed) return 'holds';
  return `${fc.defaultReportMessage(details)}\n${String(details.errorInstance)}`;
}
