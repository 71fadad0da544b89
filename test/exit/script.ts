// Owns the child processes that these tests end: each runs a script that imports `traced.mjs`, and is
// killed if it outlives its deadline. Judges nothing.

import { type ChildProcess, fork, spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach } from 'vitest';
import { temporaryDirectory } from '../examples/temporary-directory.js';
import { plainEnvironment } from '../package/child-command.js';
import { until } from '../support/until.js';

/** URL of the module that every script imports. */
export const TRACED: string = new URL('traced.mjs', import.meta.url).href;
const PRELUDE = `
  import {
    BatchSpanProcessor, DatadogBatchSpanProcessor, DatadogSpanExporter, endSpans, exporter, flushOnExit, ForkSafeSpanProcessor,
    NodeTracerProvider, provider, serve, target,
  } from '${TRACED}';
`;
/** Below the time-out of a test, so that the test fails with the output of what hangs. */
const DEADLINE_MILLIS = 12_000;

const children = new Set<ChildProcess>();

afterEach(() => {
  for (const child of children) child.kill('SIGKILL');
  children.clear();
});

export interface ScriptEnd {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Script {
  readonly child: ChildProcess;
  readonly end: Promise<ScriptEnd>;
  /** Resolves once the script has printed `word`. */
  says(word: string): Promise<void>;
}

export interface ScriptOptions {
  readonly agentUrl: string;
  readonly env?: Readonly<Record<string, string>>;
  /** Whether it has a channel to its parent. @default false */
  readonly isForked?: boolean;
  /** Whether something can be written to its standard input. @default false */
  readonly hasInput?: boolean;
  /** @default 12000 */
  readonly deadlineMillis?: number;
}

/** Starts a module that has imported what `traced.mjs` exports. */
export function startScript(body: string, options: ScriptOptions): Script {
  const file = writeScript(PRELUDE + body);
  const { env, isForked = false, hasInput = false, deadlineMillis = DEADLINE_MILLIS } = options;
  const all = { ...plainEnvironment(), DD_TRACE_AGENT_URL: options.agentUrl, ...env };
  const child = isForked
    ? fork(file, { env: all, stdio: ['ignore', 'pipe', 'pipe', 'ipc'], execArgv: [] })
    : spawn(process.execPath, [file], {
        env: all,
        stdio: [hasInput ? 'pipe' : 'ignore', 'pipe', 'pipe'],
      });
  return watch(child, deadlineMillis);
}

/** Where a script is that is started in another way. */
export function writeScript(source: string, name = 'script.mjs'): string {
  const file = join(temporaryDirectory(), name);
  writeFileSync(file, source);
  return file;
}

function watch(child: ChildProcess, deadlineMillis: number): Script {
  children.add(child);
  const output = { stdout: '', stderr: '' };
  child.stdout?.setEncoding('utf8').on('data', (text: string) => void (output.stdout += text));
  child.stderr?.setEncoding('utf8').on('data', (text: string) => void (output.stderr += text));
  const deadline = setTimeout(() => child.kill('SIGKILL'), deadlineMillis);
  const end = once(child, 'close').then((): ScriptEnd => {
    clearTimeout(deadline);
    return { code: child.exitCode, signal: child.signalCode, ...output };
  });
  const hasSaid = (word: string) => () =>
    output.stdout.includes(word) || child.exitCode !== null || child.signalCode !== null;
  return {
    child,
    end,
    says: async (word) => {
      await until(`"${word}"`, hasSaid(word));
      if (!output.stdout.includes(word)) throw new Error(`it ended before: ${output.stderr}`);
    },
  };
}
