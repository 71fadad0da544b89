// Owns the processes in which rows of the fault matrix run that concern a whole process. Judges nothing
// but what reaches a fault server.

import { fileURLToPath } from 'node:url';
import { writeScript } from '../exit/script.js';
import { type NodeRun, runNode, runOf, startProcess } from '../support/child-process.js';
import { checkArrivals } from '../support/fault-server.js';

checkArrivals();

const CHILD = new URL('watched-child.mjs', import.meta.url).href;
const PRELUDE = `
  import { makeSpan, openExporter, outcomeOf } from '${CHILD}';
`;
const HERE = fileURLToPath(new URL('.', import.meta.url));

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
): Promise<NodeRun> {
  const file = writeScript(PRELUDE + body);
  const own = { DD_TRACE_AGENT_URL: agentUrl, ...env };
  return runNode([...flags, file], { cwd: HERE, env: own });
}

/** The same where no more than so many files may be open. */
export function runWithFewFiles(
  body: string,
  { agentUrl, files }: { readonly agentUrl: string; readonly files: number },
): Promise<NodeRun> {
  const file = writeScript(PRELUDE + body);
  const command = `ulimit -n ${files} && exec "$0" "$1"`;
  const env = { DD_TRACE_AGENT_URL: agentUrl };
  return runOf(startProcess('sh', ['-c', command, process.execPath, file], { env }));
}
