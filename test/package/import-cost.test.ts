// Owns the proof that importing the built package costs next to nothing and does nothing: what an
// application pays at start-up, and what a startup snapshot may contain.

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { plainEnvironment } from '../support/plain-environment.js';
import { REPOSITORY } from './built-package.js';
import { runChild } from './child-command.js';
import { isolateBuild } from './isolated-build.js';
import type { TemporaryDirectory } from './temporary-directory.js';

/** At a load of 14, eleven of them took 27 s, and the least of ours was 53 ms, 0.74 of the SDK's. */
const MAX_RUNS = 22;
const RUNS_MILLIS = 120_000;
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
      let millis = Infinity;
      let millisOfSdk = Infinity;
      // The least of them: whatever else the machine does can only add to it.
      for (let run = 0; run < MAX_RUNS && !(millis < MAX_IMPORT_MILLIS); run++) {
        millis = Math.min(millis, importMillisOf(await probe(file)));
        millisOfSdk = Math.min(millisOfSdk, importMillisOf(await importOfSdk()));
      }

      const limitMillis = Math.max(MAX_IMPORT_MILLIS, MAX_PART_OF_SDK * millisOfSdk);
      expect(millis).toBeLessThan(limitMillis);
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
