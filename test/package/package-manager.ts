// Owns how npm and pnpm are told to do the same: their settings and their commands. Knows no project.

import type { ChildResult } from './child-command.js';
import type { NodeBinary } from './node-line.js';
import { runNpm } from './npm-command.js';

export interface PackageManager {
  /** Whether the project's `package-lock.json` counts, or each version is looked up anew. */
  readonly readsLockfile: boolean;
  /** Lines of a project's `.npmrc`. */
  readonly settings: readonly string[];
  /** Adds a tarball to the project in `cwd`, and installs all that it names. */
  add(tarball: string, cwd: string, node: NodeBinary): Promise<ChildResult>;
}

/** The last line that runs on Node 20. */
const PNPM = 'pnpm@10.34.8';

/** npm's own defaults, so that the configuration of whoever runs the test does not decide. */
const NPM_DEFAULTS = ['legacy-peer-deps=false', 'force=false', 'strict-peer-deps=false'];

/** As users have it, who have no lockfile yet. */
export const NPM: PackageManager = {
  readsLockfile: false,
  settings: NPM_DEFAULTS,
  add: (tarball, cwd, node) => runNpm(['install', tarball], cwd, node),
};

/** First exactly what the lockfile of the project says. */
export const LOCKED_NPM: PackageManager = {
  readsLockfile: true,
  settings: NPM_DEFAULTS,
  add: async (tarball, cwd, node) => {
    const locked = await runNpm(['ci'], cwd, node);
    return locked.exitCode === 0 ? NPM.add(tarball, cwd, node) : locked;
  },
};

/** A package finds what it names itself and nothing else, and a peer that is missing is an error. */
export const STRICT_PNPM: PackageManager = {
  readsLockfile: false,
  settings: [
    'node-linker=isolated',
    'hoist=false',
    'shamefully-hoist=false',
    'auto-install-peers=false',
    'strict-peer-dependencies=true',
  ],
  add: (tarball, cwd, node) => {
    return runNpm(['exec', '--yes', '--', PNPM, 'add', tarball], cwd, node);
  },
};
