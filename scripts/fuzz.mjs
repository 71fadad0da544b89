// Runs the property tests of test/fuzz and test/model for a while, from a new seed: `npm run fuzz --
// --seconds 60`. The seed is part of each test's name; `--seed` replays it. The time is for all together.

import { spawnSync } from 'node:child_process';
import { parseArgs } from 'node:util';

/** Two ways and two transports in test/fuzz, and the model. */
const PROPERTIES = 5;

const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '60' },
    seed: { type: 'string', default: `${Math.floor(Math.random() * 2 ** 31)}` },
  },
});
if (!(Number(values.seconds) > 0)) {
  throw new RangeError(`--seconds must be a number above 0, got ${values.seconds}`);
}
if (!/^\d+$/.test(values.seed)) {
  throw new RangeError(`--seed must be digits, got ${values.seed}`);
}
const seconds = Math.max(Number(values.seconds) / PROPERTIES, 1);
console.log(`seed ${values.seed}, ${seconds} s for each of ${PROPERTIES} properties`);

const vitest = ['node_modules/vitest/vitest.mjs', 'run', '--no-file-parallelism'];
const { status } = spawnSync(process.execPath, [...vitest, 'test/fuzz', 'test/model'], {
  stdio: 'inherit',
  env: { ...process.env, FUZZ_SECONDS: `${seconds}`, SEED: values.seed },
});
process.exitCode = status ?? 1;
