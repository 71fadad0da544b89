// Owns the Node binaries with which packages are tried: the one that runs the tests, and those of
// other lines, which `scripts/with-node.mjs` installs from the npm registry.

import { delimiter, dirname, join } from 'node:path';
import { plainEnvironment } from '../support/plain-environment.js';
import { REPOSITORY } from './built-package.js';
import { runChild } from './child-command.js';

/** The path of a Node binary. */
export type NodeBinary = string;

export const THIS_NODE: NodeBinary = process.execPath;
const INSTALL_MILLIS = 300_000;

/** @throws Error if there is no such line, or none for this platform. */
export async function nodeOfLine(line: number): Promise<NodeBinary> {
  const script = join(REPOSITORY, 'scripts', 'with-node.mjs');
  const { exitCode, stdout, stderr } = await runChild(
    THIS_NODE,
    [script, String(line), 'node', '--print', 'process.execPath'],
    { cwd: REPOSITORY, env: plainEnvironment(), timeoutMillis: INSTALL_MILLIS },
  );
  const binary = stdout.trim().split('\n').at(-1);
  if (exitCode !== 0 || binary === undefined) throw new Error(`no Node ${line}: ${stderr}`);
  return binary;
}

/** The plain environment, in which `node` is this one. */
export function environmentOf(node: NodeBinary): NodeJS.ProcessEnv {
  const env = plainEnvironment();
  return { ...env, PATH: dirname(node) + delimiter + (env['PATH'] ?? '') };
}
