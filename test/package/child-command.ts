// Owns running a program as a child process to its end, within a deadline. Judges neither its output
// nor its exit code.

import { spawn } from 'node:child_process';
import { text } from 'node:stream/consumers';

export interface ChildResult {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface ChildOptions {
  readonly cwd: string;
  /** The whole environment of the child. */
  readonly env: NodeJS.ProcessEnv;
  readonly timeoutMillis: number;
}

/** @throws Error if the program cannot be started, is killed, or is not done at the deadline. */
export async function runChild(
  program: string,
  args: readonly string[],
  { cwd, env, timeoutMillis }: ChildOptions,
): Promise<ChildResult> {
  const child = spawn(program, args, {
    cwd,
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: timeoutMillis,
    killSignal: 'SIGKILL',
  });
  const exited = new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', resolve);
  });
  const [exitCode, stdout, stderr] = await Promise.all([
    exited,
    text(child.stdout),
    text(child.stderr),
  ]);
  if (exitCode === null) {
    const command = [program, ...args].join(' ');
    throw new Error(
      `\`${command}\` was killed, at the latest after ${timeoutMillis} ms: ${stderr}`,
    );
  }
  return { exitCode, stdout, stderr };
}
