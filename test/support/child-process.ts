// Owns the processes that tests start and watch: each has the plain environment, and is killed at its
// deadline or after its test, whichever comes first. Judges nothing.

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { afterEach } from 'vitest';
import { checkBuild } from '../package/built-package.js';
import { plainEnvironment } from './plain-environment.js';
import { until } from './until.js';

/** Below the time-out of a test, so that the test fails with the output of what hangs. */
const DEADLINE_MILLIS = 28_000;

const children = new Set<ChildProcess>();

afterEach(() => {
  for (const child of children) child.kill('SIGKILL');
  children.clear();
});

export interface StartOptions {
  readonly cwd?: string;
  /** Added to the plain environment. */
  readonly env?: Readonly<Record<string, string>>;
  /** Whether it has a channel to its parent. @default false */
  readonly isForked?: boolean;
  /** Whether something can be written to its standard input. @default false */
  readonly hasInput?: boolean;
  /** Whether its output is shown among that of the tests instead of kept. @default false */
  readonly isShown?: boolean;
  /** @default 28000 */
  readonly deadlineMillis?: number;
}

export interface StartedProcess {
  readonly child: ChildProcess;
  /** Once it and all who share its output have ended. */
  readonly end: Promise<ProcessEnd>;
  /** Resolves to its output so far, once it has printed `word`. */
  says(word: string): Promise<string>;
}

export interface ProcessEnd {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface NodeRun {
  /** The exit code, or the signal that ended the process. */
  readonly ended: number | string;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs `node` with these arguments, and the package as it is built, to its end. */
export function runNode(args: readonly string[], options?: StartOptions): Promise<NodeRun> {
  return runOf(startNode(args, options));
}

/** @throws Error without a current build: the scripts of tests import it. */
export function startNode(args: readonly string[], options?: StartOptions): StartedProcess {
  checkBuild();
  return startProcess(process.execPath, args, options);
}

export function startProcess(
  program: string,
  args: readonly string[],
  options: StartOptions = {},
): StartedProcess {
  const { cwd, env, isForked = false, hasInput = false, isShown = false } = options;
  const output = isShown ? 'inherit' : 'pipe';
  const child = spawn(program, args, {
    cwd,
    env: { ...plainEnvironment(), ...env },
    stdio: [hasInput ? 'pipe' : 'ignore', output, output, ...(isForked ? (['ipc'] as const) : [])],
  });
  return watch(child, options.deadlineMillis ?? DEADLINE_MILLIS);
}

export async function runOf({ end }: StartedProcess): Promise<NodeRun> {
  const { code, signal, stdout, stderr } = await end;
  return { ended: code ?? signal ?? 'unknown', stdout, stderr };
}

function watch(child: ChildProcess, deadlineMillis: number): StartedProcess {
  children.add(child);
  const output = { stdout: '', stderr: '' };
  child.stdout?.setEncoding('utf8').on('data', (text: string) => void (output.stdout += text));
  child.stderr?.setEncoding('utf8').on('data', (text: string) => void (output.stderr += text));
  const deadline = setTimeout(() => child.kill('SIGKILL'), deadlineMillis);
  const end = once(child, 'close').then((): ProcessEnd => {
    clearTimeout(deadline);
    return { code: child.exitCode, signal: child.signalCode, ...output };
  });
  const hasSaid = (word: string) => () =>
    output.stdout.includes(word) || child.exitCode !== null || child.signalCode !== null;
  return {
    child,
    end,
    says: async (word) => {
      await until(`"${word}"`, hasSaid(word), deadlineMillis); // or its end, which comes before
      if (!output.stdout.includes(word)) throw new Error(`it ended before: ${output.stderr}`);
      return output.stdout;
    },
  };
}
