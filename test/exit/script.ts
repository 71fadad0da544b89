// Owns the scripts that tests run in processes of their own; those of `startScript` import `traced.mjs`.
// Judges nothing.

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type StartedProcess, startNode, type StartOptions } from '../support/child-process.js';
import { temporaryDirectory } from '../support/temporary-directory.js';

/** URL of the module that every script imports. */
export const TRACED: string = new URL('traced.mjs', import.meta.url).href;
const PRELUDE = `
  import {
    BatchSpanProcessor, DatadogBatchSpanProcessor, DatadogSpanExporter, endSpans, exporter, flushOnExit,
    ForkSafeSpanProcessor, NodeTracerProvider, onAnswer, onceSent, printWarnings, provider, serve, target,
  } from '${TRACED}';
`;

export interface ScriptOptions extends StartOptions {
  readonly agentUrl: string;
  /** Arguments of Node before the file. */
  readonly nodeOptions?: readonly string[];
}

/** Starts a module that has imported what `traced.mjs` exports. */
export function startScript(
  body: string,
  { agentUrl, env, nodeOptions = [], ...options }: ScriptOptions,
): StartedProcess {
  const file = writeScript(PRELUDE + body);
  return startNode([...nodeOptions, file], {
    ...options,
    env: { DD_TRACE_AGENT_URL: agentUrl, ...env },
  });
}

/** Where a script is that is started in another way. */
export function writeScript(source: string, name = 'script.mjs'): string {
  const file = join(temporaryDirectory(), name);
  writeFileSync(file, source);
  return file;
}
