// Owns running the contract of `test/consumers` in a project, and reading what its test runner says.
// Does not know what the contract is about.

import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { REPOSITORY } from '../package/built-package.js';
import type { ConsumerProject } from '../package/consumer-project.js';

export interface ContractRun {
  readonly passed: number;
  readonly total: number;
  /** Of the tests that failed: the name and what the runner says of it. */
  readonly failures: readonly string[];
}

const CONTRACT = join(REPOSITORY, 'test', 'consumers', 'shared', 'contract');
/** As a project finds them. */
const FILES = readdirSync(CONTRACT)
  .filter((file) => file.endsWith('.contract.mjs'))
  .map((file) => `contract/${file}`);
/** Of one test; the whole contract takes some five seconds. */
const TEST_MILLIS = 20_000;
/** Fewer would mean that a part of the contract was not found. */
const MIN_TESTS = 75;

/** @throws Error if the runner does not say how many tests there were, or there were too few. */
export async function runContract(project: ConsumerProject): Promise<ContractRun> {
  const flags = ['--test', '--test-reporter=tap', `--test-timeout=${TEST_MILLIS}`];
  const { exitCode, stdout, stderr } = await project.node([...flags, ...FILES]);
  const [total = 0, passed = 0] = [countOf('tests', stdout), countOf('pass', stdout)];
  if (total < MIN_TESTS) throw new Error(`not the whole contract: ${stdout}${stderr}`);
  const failures = failuresIn(stdout);
  const isUnsaid = failures.length === 0 && (exitCode !== 0 || passed !== total);
  return { passed, total, failures: isUnsaid ? [`exit code ${exitCode}`] : failures };
}

function countOf(what: string, tap: string): number | undefined {
  const [, count] = new RegExp(String.raw`^# ${what} (\d+)$`, 'mu').exec(tap) ?? [];
  return count === undefined ? undefined : Number(count);
}

function failuresIn(tap: string): readonly string[] {
  const blocks = tap.matchAll(/^( *)not ok \d+ - .*\n(?:\1 {2}.*\n)*/gmu);
  return [...blocks].map(([block]) => block);
}
