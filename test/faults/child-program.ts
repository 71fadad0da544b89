// Owns the processes in which rows of the fault matrix run that concern a whole process. Each is ended
// at its deadline. Judges nothing but what reaches a fault server.

import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { writeScript } from '../exit/script.js';
import { type ExampleRun, runNode } from '../examples/run-example.js';
import { plainEnvironment } from '../package/child-command.js';
import { checkArrivals } from '../support/fault-server.js';

checkArrivals();

const CHILD = new URL('watched-child.mjs', import.meta.url).href;
const PRELUDE = `
  import { makeSpan, openExporter, outcomeOf } from '${CHILD}';
`;
const HERE = fileURLToPath(new URL('.', import.meta.url));
/** Below the time-out of a test. */
const DEADLINE_MILLIS = 14_000;

export interface ProgramOptions {
  readonly agentUrl: string;
  /** Options of `node`. */
  readonly flags?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
}

/** Runs a module that has imported what `watched-child.mjs` exports, to its end. */
export function runProgram(
  body: string,
  { agentUrl, flags = [], env = {} }: ProgramOptions,
): Promise<ExampleRun> {
  const file = writeScript(PRELUDE + body);
  const own = { DD_TRACE_AGENT_URL: agentUrl, ...env };
  return runNode([...flags, file], { cwd: HERE, env: own, deadlineMillis: DEADLINE_MILLIS });
}

/** The same where no more than so many files may be open. */
export function runWithFewFiles(
  body: string,
  { agentUrl, files }: { readonly agentUrl: string; readonly files: number },
): Promise<ExampleRun> {
  const file = writeScript(PRELUDE + body);
  const command = `ulimit -n ${files} && exec "$0" "$1"`;
  const env = { ...plainEnvironment(), DD_TRACE_AGENT_URL: agentUrl };
  return new Promise((resolve) => {
    execFile(
      'sh',
      ['-c', command, process.execPath, file],
      { env, timeout: DEADLINE_MILLIS },
      (error, stdout, stderr) => {
        const ended = error === null ? 0 : (error.code ?? error.signal ?? error.message);
        resolve({ ended, stdout, stderr });
      },
    );
  });
}
