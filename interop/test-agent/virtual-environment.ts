// Owns the Python packages of the test agent: a virtual environment beside the other builds, made anew
// when `requirements.txt` has changed.

import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { copyFile, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

const REQUIREMENTS = join(import.meta.dirname, 'requirements.txt');
const ENVIRONMENT = join(import.meta.dirname, '..', '.build', 'test-agent');
/** What is installed; written last, so that a broken attempt counts as none. */
const INSTALLED = join(ENVIRONMENT, 'installed.txt');
const INSTALL_MILLIS = 300_000;

/** `Python 3.11.7`, or undefined if there is none. */
export async function pythonVersion(): Promise<string | undefined> {
  try {
    const { stdout } = await run('python3', ['--version']);
    return stdout.trim();
  } catch {
    return undefined;
  }
}

/** @returns the path of the program. */
export async function installTestAgent(): Promise<string> {
  const program = join(ENVIRONMENT, 'bin', 'ddapm-test-agent');
  if (await isInstalled()) return program;
  await rm(ENVIRONMENT, { recursive: true, force: true });
  await run('python3', ['-m', 'venv', ENVIRONMENT], { timeout: INSTALL_MILLIS });
  const pip = ['install', '--quiet', '--disable-pip-version-check', '--no-deps'];
  await run(join(ENVIRONMENT, 'bin', 'pip'), [...pip, '--requirement', REQUIREMENTS], {
    timeout: INSTALL_MILLIS,
  });
  await copyFile(REQUIREMENTS, INSTALLED);
  return program;
}

async function isInstalled(): Promise<boolean> {
  if (!existsSync(INSTALLED)) return false;
  const [wanted, installed] = await Promise.all([readFile(REQUIREMENTS), readFile(INSTALLED)]);
  return wanted.equals(installed);
}
