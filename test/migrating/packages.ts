// Owns the packages that people come from: each in a folder of its own beside this file, installed from
// its lockfile, because they want another SDK or are too large for the package itself.

import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { runNpm } from '../package/npm-command.js';

const HERE = fileURLToPath(new URL('.', import.meta.url));

export const OLD_EXPORTER: string = join(HERE, 'old-exporter');
export const DD_TRACE: string = join(HERE, 'dd-trace');

const INSTALL = ['ci', '--ignore-scripts', '--omit=optional', '--no-audit', '--no-fund'];

/** @throws Error if npm fails. */
export async function installPackages(): Promise<void> {
  for (const folder of [OLD_EXPORTER, DD_TRACE]) {
    // What npm writes last.
    if (existsSync(join(folder, 'node_modules', '.package-lock.json'))) continue;
    const { exitCode, stderr } = await runNpm(INSTALL, folder);
    if (exitCode !== 0) throw new Error(stderr);
  }
}
