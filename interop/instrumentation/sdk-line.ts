// Owns what the lines of the SDK are called, where each is installed, and which Node it needs. Each has
// a folder beside this file, with a lockfile, where a service and its tracing are put and run.

import { join } from 'node:path';

export type SdkLine = 'sdk-2' | 'sdk-3';

export const SDK_LINES: readonly SdkLine[] = ['sdk-2', 'sdk-3'];

/** The package that has BatchSpanProcessor; NodeSDK shows it no more since its line 3. */
export const TRACE_SDKS: Readonly<Record<SdkLine, string>> = {
  'sdk-2': '@opentelemetry/sdk-trace-base',
  'sdk-3': '@opentelemetry/sdk-trace',
};

export function projectOf(line: SdkLine): string {
  return join(import.meta.dirname, line);
}

/** Where the files of the service are, so that they find the packages of the line. */
export function serviceOf(line: SdkLine): string {
  return join(projectOf(line), '.build');
}

/** SDK 3 wants Node 22.15. */
export function canRun(line: SdkLine): boolean {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  return line === 'sdk-2' || major > 22 || (major === 22 && minor >= 15);
}
