// Owns building the Go program that runs the Agent's code, and finding out whether it can be built.
// Go's own cache makes a second build cost a second.

import { execFile } from 'node:child_process';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

const SOURCE = join(import.meta.dirname, 'agent');
const OUTPUT = join(import.meta.dirname, '.build', 'agent');
const BUILD_MILLIS = 900_000;

/** `go version go1.26.8 linux/amd64`, or undefined if there is no Go. */
export async function goVersion(): Promise<string | undefined> {
  try {
    const { stdout } = await run('go', ['version'], { cwd: SOURCE, timeout: BUILD_MILLIS });
    return stdout.trim();
  } catch {
    return undefined;
  }
}

/**
 * Builds without C, with as many processes as two cores bear.
 *
 * @returns the path of the program.
 */
export async function buildAgent(): Promise<string> {
  await mkdir(join(import.meta.dirname, '.build'), { recursive: true });
  await run('go', ['build', '-p', '2', '-mod=readonly', '-o', OUTPUT, '.'], {
    cwd: SOURCE,
    timeout: BUILD_MILLIS,
    env: { ...process.env, CGO_ENABLED: '0' },
  });
  return OUTPUT;
}
