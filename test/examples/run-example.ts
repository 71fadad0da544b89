// Owns running an example as its reader would: in a Node process of its own, with a deadline, and
// without what the environment of the tests says about tracing.

import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';

export interface ExampleRun {
  /** The exit code, or the signal that ended the process. */
  readonly ended: number | string;
  readonly stdout: string;
  readonly stderr: string;
}

export interface ExampleOptions {
  readonly cwd?: string;
  /** Added to the environment. */
  readonly env?: Readonly<Record<string, string>>;
  /** @default below the time-out of a test */
  readonly deadlineMillis?: number;
}

/** The folder of the examples. */
export const EXAMPLES: string = fileURLToPath(new URL('../../examples', import.meta.url));

/** Below the time-out of a test, so that the test fails with the output of what hangs. */
const DEADLINE_MILLIS = 14_000;
const FOREIGN_SETTING = /^(DD|OTEL|NODE|VITEST)_/;

/** Runs `node` with these arguments; resolves once it and all who share its output have ended. */
export function runNode(
  args: readonly string[],
  { cwd = EXAMPLES, env = {}, deadlineMillis = DEADLINE_MILLIS }: ExampleOptions = {},
): Promise<ExampleRun> {
  const options = { cwd, env: { ...ownEnvironment(), ...env }, timeout: deadlineMillis };
  return new Promise((resolve) => {
    execFile(process.execPath, args, options, (error, stdout, stderr) => {
      const ended = error === null ? 0 : (error.code ?? error.signal ?? error.message);
      resolve({ ended, stdout, stderr });
    });
  });
}

function ownEnvironment(): NodeJS.ProcessEnv {
  const kept = Object.entries(process.env).filter(([name]) => !FOREIGN_SETTING.test(name));
  return Object.fromEntries(kept);
}
