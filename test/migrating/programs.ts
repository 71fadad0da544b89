// Owns running what an application does, traced as the page says, from a folder whose packages it finds.

import { readFileSync } from 'node:fs';
import { type NodeRun, runNode } from '../support/child-process.js';
import { writeModules } from '../support/code-modules.js';
import { code } from './page.js';

const HERE = new URL('.', import.meta.url);
/** For processors that deliver nothing by themselves when a process ends. */
const FLUSH = `
  import { trace } from '@opentelemetry/api';
  process.once('beforeExit', () => trace.getTracerProvider().getDelegate().forceFlush());
`;

export interface ProgramOptions {
  readonly env: Readonly<Record<string, string>>;
  /** @default the repository */
  readonly packageFolder?: string;
  /** Whether the provider is flushed when there is nothing left to do. */
  readonly flushes?: boolean;
  /** Replaces text of the page. */
  readonly change?: readonly [from: string, to: string];
}

/** Runs `requests.cjs`, traced by a file of the page such as `otlp/after.mjs`. */
export function runRequests(file: string, options: ProgramOptions): Promise<NodeRun> {
  const flush = options.flushes === true ? ['--import', './flush.mjs'] : [];
  return run(file, options, ['--import', `./${tracingFile(file)}`, ...flush, 'requests.cjs']);
}

/** Runs `app.cjs`, traced by such a file. */
export function runApp(file: string, options: ProgramOptions): Promise<NodeRun> {
  return run(file, options, ['app.cjs', `./${tracingFile(file)}`]);
}

/** @returns the directory of a file of the page, with the programs beside it. */
export function writeProgram(file: string, { packageFolder, change }: ProgramOptions): string {
  const [from, to] = change ?? ['', ''];
  const tracing = code[file];
  if (tracing?.includes(from) !== true) throw new Error(`the page has no ${file} with ${from}`);
  const modules = {
    [tracingFile(file)]: tracing.replace(from, to),
    'flush.mjs': FLUSH,
    'requests.cjs': readFileSync(new URL('requests.cjs', HERE), 'utf8'),
    'app.cjs': readFileSync(new URL('app.cjs', HERE), 'utf8'),
  };
  return writeModules(modules, packageFolder);
}

function run(file: string, options: ProgramOptions, args: readonly string[]): Promise<NodeRun> {
  return runNode(args, { cwd: writeProgram(file, options), env: options.env });
}

function tracingFile(file: string): string {
  return file.slice(file.indexOf('/') + 1);
}
