// Owns the packages of the benchmarks: the peers, and the Node that all rows run under.

import { spawnSync } from 'node:child_process';
import { copyFileSync, existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { nodeBinaryBelow } from '../../scripts/node-binary.mjs';

const BENCH = fileURLToPath(new URL('..', import.meta.url));
const LOCKFILE = join(BENCH, 'package-lock.json');
/** A copy of the lockfile that the installed packages are of. */
const INSTALLED = join(BENCH, 'node_modules', '.installed-lockfile');

/** @returns the path of the Node binary. */
export function installedNode() {
  if (!isInstalled()) install();
  const directory = join(BENCH, 'node_modules', 'node');
  const binary = nodeBinaryBelow(directory);
  if (binary === undefined) throw new Error(`no Node binary in ${directory}`);
  return binary;
}

function isInstalled() {
  return existsSync(INSTALLED) && readFileSync(INSTALLED).equals(readFileSync(LOCKFILE));
}

function install() {
  console.log('installing the peers: npm ci');
  const { status } = spawnSync('npm', ['ci', '--silent'], { cwd: BENCH, stdio: 'inherit' });
  if (status !== 0) throw new Error(`npm ci in ${BENCH} ended with ${status}`);
  copyFileSync(LOCKFILE, INSTALLED);
}
