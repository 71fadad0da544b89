// Owns what happens once before all interop tests: finding Go, building the Agent, saying so.

import type { TestProject } from 'vitest/node';
import { buildAgent, goVersion } from './agent-build.js';

declare module 'vitest' {
  interface ProvidedContext {
    /** Path of the Go program; empty if there is no Go, and the tests are skipped. */
    agentProgram: string;
  }
}

/** @throws Error if there is no Go and this is CI. */
export async function setup(project: TestProject): Promise<void> {
  const go = await goVersion();
  if (go === undefined) {
    const message = 'no `go` in PATH: tests against the code of the Datadog Agent are skipped';
    if (/^(?:1|true)$/u.test(process.env['CI'] ?? ''))
      throw new Error(`${message}, which CI does not accept`);
    process.stdout.write(`${message}\n`);
    project.provide('agentProgram', '');
    return;
  }
  process.stdout.write(`found ${go}; building the Datadog Agent's trace code, once some minutes\n`);
  project.provide('agentProgram', await buildAgent());
}
