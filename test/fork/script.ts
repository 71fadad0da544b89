// Owns running a script with the built package's fork hooks in a process of its own, as an ES module or
// as CommonJS. Judges nothing.

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect } from 'vitest';
import { DIST } from '../package/built-package.js';
import { runNode } from '../support/child-process.js';
import { temporaryDirectory } from '../support/temporary-directory.js';

export type ModuleKind = 'mjs' | 'cjs';

/** Where the entry `./fork` is, in the way that a script of this kind imports it. */
export const ENTRY: Readonly<Record<ModuleKind, string>> = {
  mjs: pathToFileURL(join(DIST, 'fork.js')).href,
  cjs: join(DIST, 'fork.cjs'),
};

const FORK = '{ atFork, withForkHooks, afterForkInChild }';
const SPAWN = '{ spawn, fork, exec, execFile, spawnSync }';
const IMPORTS: Readonly<Record<ModuleKind, string>> = {
  mjs: `
    import ${FORK} from '${ENTRY.mjs}';
    import ${SPAWN} from 'node:child_process';
  `,
  cjs: `
    const ${FORK} = require('${ENTRY.cjs}');
    const ${SPAWN} = require('node:child_process');
  `,
};
/** Prints the log when the script has nothing left to do, and its children have ended. */
const PRELUDE = `
  const log = [];
  const logged = (name) => {
    const add = ({ stage, trigger }) => log.push([name, stage, trigger].filter(Boolean).join(' '));
    return { before: add, parent: add, child: add };
  };
  const idle = ['-e', ''];
  const empty = __EMPTY__;
  process.on('exit', () => console.log(JSON.stringify(log)));
`;

/**
 * The log of a script that has ended well. It has the functions of the entry and of `node:child_process`;
 * `logged(name)`, which are hooks that log themselves; `idle`, the arguments of a Node that has nothing
 * to do, and `empty`, a module that is.
 */
export async function logOf(
  body: string,
  kind: ModuleKind = 'mjs',
  flags: readonly string[] = [],
): Promise<readonly unknown[]> {
  const cwd = temporaryDirectory();
  const empty = join(cwd, 'empty.cjs');
  writeFileSync(empty, '');
  const prelude = PRELUDE.replace('__EMPTY__', JSON.stringify(empty));
  writeFileSync(join(cwd, `script.${kind}`), IMPORTS[kind] + prelude + body);
  const { ended, stdout, stderr } = await runNode([...flags, `script.${kind}`], { cwd });
  expect({ ended, stderr }).toEqual({ ended: 0, stderr: '' });
  const log: unknown = JSON.parse(stdout);
  if (!isList(log)) throw new Error(`not a log: ${stdout}`);
  return log;
}

function isList(value: unknown): value is readonly unknown[] {
  return Array.isArray(value);
}
