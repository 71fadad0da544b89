// Owns the proof that importing the built package costs next to nothing and does nothing: what an
// application pays at start-up, and what a startup snapshot may contain.

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { plainEnvironment } from '../support/plain-environment.js';
import { REPOSITORY } from './built-package.js';
import { runChild } from './child-command.js';
import { isolateBuild } from './isolated-build.js';
import type { TemporaryDirectory } from './temporary-directory.js';

const RUNS = 11;
/** Twice as many processes, each with a limit of its own, took 15 s on a machine with a load of 8 where they take 3.5. */
const RUNS_MILLIS = 60_000;
const MAX_IMPORT_MILLIS = 25;
/** Of the SDK's own import: the limit where a machine is so slow that it is the higher one. 0.46 where ours took 33 ms. */
const MAX_PART_OF_SDK = 0.7;
const IMPORT_OF_SDK = `
  await import('@opentelemetry/api');
  const started = performance.now();
  await import('@opentelemetry/sdk-trace-base');
  console.log(JSON.stringify({ importMillis: performance.now() - started }));
`;
const AGENT_VARIABLE: unknown = expect.arrayContaining(['DD_TRACE_AGENT_URL']);
const NOTHING = { variables: [], evaluated: [], resources: [], listeners: [], globals: [] };

let directory: TemporaryDirectory;

beforeAll(async () => {
  directory = await isolateBuild();
});

afterAll(async () => {
  await directory[Symbol.asyncDispose]();
});

async function probe(file: string): Promise<unknown> {
  const { exitCode, stdout, stderr } = await runChild(process.execPath, [file], {
    cwd: directory.path,
    env: plainEnvironment(),
    timeoutMillis: 10_000,
  });
  expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
  return JSON.parse(stdout);
}

describe.each(['import-probe.mjs', 'import-probe.cjs'])('%s', (file) => {
  it('shows an import without side effects, and an exporter that has some', async () => {
    const seen = await probe(file);

    expect(seen).toMatchObject({
      byImport: NOTHING,
      // The control: what is watched for is seen when it does happen.
      byExporter: {
        variables: AGENT_VARIABLE,
        evaluated: ['undici'],
      },
    });
  });

  it(
    `shows an import below ${MAX_IMPORT_MILLIS} ms`,
    async () => {
      const millis: number[] = [];
      const millisOfSdk: number[] = [];
      for (let run = 0; run < RUNS; run++) {
        millis.push(importMillisOf(await probe(file)));
        millisOfSdk.push(importMillisOf(await importOfSdk()));
      }

      // The least of them: whatever else the machine does can only add to it.
      const slowMachine = MAX_PART_OF_SDK * Math.min(...millisOfSdk);
      expect(Math.min(...millis)).toBeLessThan(Math.max(MAX_IMPORT_MILLIS, slowMachine));
    },
    RUNS_MILLIS,
  );
});

async function importOfSdk(): Promise<unknown> {
  const args = ['--input-type=module', '--eval', IMPORT_OF_SDK];
  const { stdout } = await runChild(process.execPath, args, {
    cwd: REPOSITORY,
    env: plainEnvironment(),
    timeoutMillis: 10_000,
  });
  return JSON.parse(stdout);
}

function importMillisOf(seen: unknown): number {
  if (typeof seen !== 'object' || seen === null || !('importMillis' in seen)) return Number.NaN;
  return Number(seen.importMillis);
}
