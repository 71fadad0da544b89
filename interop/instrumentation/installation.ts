// Owns installing one line: its packages from its lockfile, the packed tarball as npm puts it beside
// them, and the files of the service. Runs nothing of it.

import { cp, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { runNpm } from '../../test/package/npm-command.js';
import type { PackedTarball } from '../../test/package/packed-tarball.js';
import { projectOf, type SdkLine, serviceOf } from './sdk-line.js';

const QUIET = ['--ignore-scripts', '--no-audit', '--no-fund'];

/** @throws Error if npm fails. */
export async function install(line: SdkLine, tarball: PackedTarball): Promise<void> {
  const project = projectOf(line);
  if (!(await isInstalled(project))) await npm(['ci', ...QUIET], project);
  // What the package depends on is in the lockfile already, so that this asks no registry.
  await npm(['install', '--no-save', '--prefer-offline', ...QUIET, tarball.path], project);
  await rm(serviceOf(line), { recursive: true, force: true });
  await cp(join(import.meta.dirname, 'service'), serviceOf(line), { recursive: true });
}

/** npm notes in a hidden lockfile what it has installed. */
async function isInstalled(project: string): Promise<boolean> {
  const locked = await stat(join(project, 'package-lock.json'));
  const installed = await stat(join(project, 'node_modules', '.package-lock.json')).catch(
    () => undefined,
  );
  return installed !== undefined && installed.mtimeMs >= locked.mtimeMs;
}

async function npm(args: readonly string[], project: string): Promise<void> {
  const { exitCode, stderr } = await runNpm(args, project);
  if (exitCode !== 0) throw new Error(`npm ${args.join(' ')} in ${project}: ${stderr}`);
}
