// Owns what the package says through `diag` during a test.

import { diag, DiagLogLevel } from '@opentelemetry/api';
import { afterEach, beforeEach } from 'vitest';

/** Collects warnings and errors of each test in the file that calls it. */
export function captureDiag(): readonly string[] {
  const lines: string[] = [];
  const add = (_namespace: string, ...parts: unknown[]): void => void lines.push(parts.join(' '));
  const ignore = (): void => undefined;
  beforeEach(() => {
    lines.length = 0;
    const logger = { error: add, warn: add, info: ignore, debug: ignore, verbose: ignore };
    diag.setLogger(logger, { logLevel: DiagLogLevel.ALL, suppressOverrideMessage: true });
  });
  afterEach(() => diag.disable());
  return lines;
}
