// Owns how long a property test runs and from which seed: a fixed number of cases, or as many as there is
// time for (`FUZZ_SECONDS`, set by `npm run fuzz`). `SEED=n` replays what a failure names.

import fc from 'fast-check';
import { chosenSeed } from './seeded-random.js';

export interface Budget {
  readonly seed: number;
  /** Of one go. */
  readonly cases: number;
  /** Within which another go begins; 0 for one go only. */
  readonly millis: number;
  /** For the test, with time to find a smaller example. */
  readonly deadlineMillis: number;
  /** For its name. */
  readonly extent: string;
}

/** Few, so that time is kept to, and fewer than a run without `FUZZ_SECONDS` has: so `SEED=n` alone replays any go. */
const CASES_PER_GO = 50;
const SHRINKING_MILLIS = 60_000;

/**
 * So many cases, unless there is a time for it.
 *
 * @param defaultSeed Where the environment names none. @default a new one
 */
export function budgetOf(cases: number, defaultSeed?: number): Budget {
  const seconds = Number(process.env['FUZZ_SECONDS'] ?? 0);
  const seed = chosenSeed(defaultSeed);
  return {
    seed,
    cases: seconds > 0 ? Math.min(CASES_PER_GO, cases) : cases,
    millis: seconds * 1_000,
    deadlineMillis: seconds * 1_000 + SHRINKING_MILLIS + cases * 20,
    extent: `${seconds > 0 ? `${seconds} s` : `${cases} cases`}, SEED=${seed}`,
  };
}

/**
 * Runs a property and returns `holds`, or what was found, with the example to replay it. A case is never
 * interrupted: what it has open would be left behind.
 */
export async function outcomeOf<Values>(
  property: fc.IAsyncProperty<Values>,
  { seed, cases, millis }: Budget,
): Promise<string> {
  const end = performance.now() + millis;
  let go = 0;
  do {
    const details = await fc.check(property, { seed: seed + go, numRuns: cases });
    if (details.failed) {
      const found = `${fc.defaultReportMessage(details)}\n${String(details.errorInstance)}`;
      return `${found}\nSEED=${seed + go} replays it`;
    }
    go++;
  } while (performance.now() < end);
  if (millis > 0) process.stdout.write(`${go * cases} cases\n`);
  return 'holds';
}
