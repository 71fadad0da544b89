// Owns what happens once before all tests with the test agent: finding Python, installing, saying so.

import type { TestProject } from 'vitest/node';
import { installTestAgent, pythonVersion } from './virtual-environment.js';

declare module 'vitest' {
  interface ProvidedContext {
    /** Path of the test agent; empty if there is no Python, and the tests are skipped. */
    testAgentProgram: string;
  }
}

/** @throws Error if there is no Python and this is CI. */
export async function setup(project: TestProject): Promise<void> {
  const python = await pythonVersion();
  if (python === undefined) {
    const message = "no `python3` in PATH: tests with Datadog's test agent are skipped";
    if (/^(?:1|true)$/u.test(process.env['CI'] ?? ''))
      throw new Error(`${message}, which CI does not accept`);
    process.stdout.write(`${message}\n`);
    project.provide('testAgentProgram', '');
    return;
  }
  process.stdout.write(`found ${python}; installing Datadog's test agent if it is not there\n`);
  project.provide('testAgentProgram', await installTestAgent());
}
