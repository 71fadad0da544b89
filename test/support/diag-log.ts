// Owns what the package says through `diag` during a test.

import { diag, DiagLogLevel } from '@opentelemetry/api';
import { afterEach, beforeEach } from 'vitest';

/** Collects warnings and errors of each test in the file that calls it, what is said for debugging, or all. */
export function captureDiag(level: 'warn' | 'debug' | 'all' = 'warn'): readonly string[] {
  const lines: string[] = [];
  // The API itself speaks without a namespace.
  const add = (_namespace: string, ...parts: unknown[]): void => {
    if (parts.length > 0) lines.push(parts.join(' '));
  };
  const ignore = (): void => undefined;
  const warn = level === 'debug' ? ignore : add;
  const debug = level === 'warn' ? ignore : add;
  beforeEach(() => {
    lines.length = 0;
    const logger = { error: warn, warn, info: ignore, debug, verbose: ignore };
    diag.setLogger(logger, { logLevel: DiagLogLevel.ALL, suppressOverrideMessage: true });
  });
  afterEach(() => diag.disable());
  return lines;
}
