// Owns what happens once before all tests of instrumented services: packing the tarball, installing each
// line, starting PostgreSQL, saying what is missing.

import type { TestProject } from 'vitest/node';
import { packTarball } from '../../test/package/packed-tarball.js';
import { install } from './installation.js';
import { Postgresql } from './postgresql.js';
import { canRun, SDK_LINES } from './sdk-line.js';

declare module 'vitest' {
  interface ProvidedContext {
    /** Of PostgreSQL; 0 if it is not installed, and the tests are skipped. */
    postgresPort: number;
  }
}

/**
 * @returns how to end it.
 * @throws Error if there is no PostgreSQL and this is CI.
 */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  const programs = await Postgresql.find();
  if (programs === undefined) {
    const message = "no PostgreSQL (Debian's package `postgresql`): these tests are skipped";
    if (/^(?:1|true)$/u.test(process.env['CI'] ?? '')) throw new Error(message);
    process.stdout.write(`${message}\n`);
    project.provide('postgresPort', 0);
    return () => Promise.resolve();
  }
  await using tarball = await packTarball();
  for (const line of SDK_LINES.filter(canRun)) await install(line, tarball);
  const postgres = await Postgresql.start(programs);
  project.provide('postgresPort', postgres.port);
  return () => postgres[Symbol.asyncDispose]();
}
